#pragma once
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/plan/matrix.h"
#include "core/base/config.h"

namespace adrep::cli {

/// The words of a command line that names a configuration.
struct ConfigWords {
  std::string file;  ///< "" where there is none
  std::vector<std::string> assignments;
};

/// At most one file name, the rest key=value. Throws InputError for a second file name.
ConfigWords divided(const std::vector<std::string>& words);

/// The settings of such words.
RawConfig config_of(const std::vector<std::string>& words);

/// --print-plan: the combinations of a sweep. Throws InputError for a file, or none, that is no sweep.
void print_combinations(const std::optional<Matrix>& matrix, const std::vector<Combination>& combinations,
                        const std::string& file);

}  // namespace adrep::cli
