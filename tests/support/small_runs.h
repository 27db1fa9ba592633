#pragma once
#include <string>
#include <vector>

#include "support/golden.h"
#include "support/program.h"

namespace adrep::test {

/// `adrep run` on small drawn classes, in a folder of its own that is removed with everything in it.
class SmallRuns {
 public:
  explicit SmallRuns(const std::vector<std::string>& classes);

  /// PaDiM and FeatureNorm with raw features, unless `more` says otherwise; writes to the folder's `output`.
  ProgramResult run(const std::string& more, const std::string& output) const;
  /// The program's arguments for that: "run data=…".
  std::string words(const std::string& more, const std::string& output) const;
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

 private:
  TemporaryFolder folder_;
};

}  // namespace adrep::test
