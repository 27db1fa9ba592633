#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace adrep {

/// What a plan needs and cannot use: data sets, also of pretrainings, weights, projectors and lists that are not there
/// or damaged, each said once.
class MissingInputs {
 public:
  enum class Kind { data, pretraining, weights, projector, references, detector };

  /// Does a check once for each name, and keeps the line of the InputError that it throws. False where it threw.
  bool found(Kind kind, const std::string& name, const std::function<void()>& check);
  /// Adds a line unless it is there.
  void add(Kind kind, const std::string& line);

  bool lacks(Kind kind) const { return lines_.contains(kind); }
  /// Kind by kind, each line once.
  std::vector<std::string> lines() const;

 private:
  std::map<Kind, std::vector<std::string>> lines_;
  std::map<std::pair<Kind, std::string>, bool> checked_;
};

}  // namespace adrep
