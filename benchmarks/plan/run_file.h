#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/plan/matrix.h"
#include "benchmarks/plan/run_settings.h"

namespace adrep {

/// What a run was asked for: a configuration file or none, and settings over it.
struct RunRequest {
  std::vector<RunConfig> configs;  ///< resolved, at least one
  std::optional<Matrix> matrix{};  ///< none for other configurations
  std::vector<Combination> combinations{};
};

/// What a sweep of runs knows of its settings.
MatrixKeys run_matrix_keys();

/// Reads a configuration as resolve_run takes it, or a matrix (matrix.h). Throws InputError with the place, also where
/// configurations of one run name different folders for results.
RunRequest read_run(const std::filesystem::path& file_or_empty, const std::vector<std::string>& assignments);

}  // namespace adrep
