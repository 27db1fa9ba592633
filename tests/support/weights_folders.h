#pragma once
#include <cstdlib>
#include <optional>
#include <string>

namespace adrep::test {

/// Sets ADREP_WEIGHTS while it lives.
class WeightsFolders {
 public:
  explicit WeightsFolders(const std::string& folders) {
    if (const char* before = std::getenv("ADREP_WEIGHTS")) before_ = before;
    setenv("ADREP_WEIGHTS", folders.c_str(), 1);
  }
  ~WeightsFolders() {
    if (before_)
      setenv("ADREP_WEIGHTS", before_->c_str(), 1);
    else
      unsetenv("ADREP_WEIGHTS");
  }

 private:
  std::optional<std::string> before_;
};

}  // namespace adrep::test
