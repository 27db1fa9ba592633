#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/plan/matrix.h"
#include "benchmarks/plan/pretrain_settings.h"

namespace adrep {

/// One pretraining of several.
struct RequestedPretraining {
  PretrainConfig config;
  std::string name;  ///< "row=2.2 seed=1", "" of a single one
};

/// What `adrep pretrain` was asked for: a configuration file or none, and settings over it.
struct PretrainRequest {
  std::vector<RequestedPretraining> pretrainings;  ///< resolved, at least one
  std::optional<Matrix> matrix{};                  ///< none for other configurations
  std::vector<Combination> combinations{};
};

/// Reads a configuration, or a matrix of several (matrix.h). Of several each has a folder of its own: the output with
/// its place in braces, or else a folder below it with the labels and swept values in its name, "2.2-1". Throws
/// InputError with the place, also where two would write into one folder.
PretrainRequest read_pretrainings(const std::filesystem::path& file_or_empty,
                                  const std::vector<std::string>& assignments);

}  // namespace adrep
