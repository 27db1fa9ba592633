#pragma once
#include <string>

#include "datasets/checks/verification.h"
#include "datasets/layouts/mini_tree.h"
#include "datasets/tree.h"

namespace adrep::test {

/// A mini data set in a folder of its own, which a test may then change.
class Mini : public Tree {
 public:
  explicit Mini(const std::string& layout, const MiniOptions& options = {}) {
    make_mini_dataset(path(), layout, options);
  }
  void remove(const std::string& file) const { REQUIRE(std::filesystem::remove_all(*this / file) > 0); }
};

/// "kind file" of everything that verification finds, notes included.
inline std::vector<std::string> problems_of(const std::filesystem::path& root) {
  std::vector<std::string> found;
  for (const Problem& problem : verify_dataset(*open_dataset(root))) {
    UNSCOPED_INFO(problem.file << ": " << problem.text);
    found.push_back(std::string(name_of(problem.kind)) + " " + problem.file);
  }
  return found;
}

inline std::vector<std::string> anomalous_ids(const std::vector<Sample>& samples) {
  std::vector<std::string> list;
  for (const Sample& sample : samples)
    if (sample.anomalous) list.push_back(sample.id);
  return list;
}

}  // namespace adrep::test
