#include "benchmarks/plan/missing_inputs.h"

#include <algorithm>

#include "core/base/error.h"

namespace adrep {

bool MissingInputs::found(Kind kind, const std::string& name, const std::function<void()>& check) {
  const std::pair known_as(kind, name);
  if (const auto known = checked_.find(known_as); known != checked_.end()) return known->second;
  bool& good = checked_[known_as] = true;
  try {
    check();
  } catch (const InputError& missing) {
    add(kind, missing.what());
    good = false;
  }
  return good;
}

void MissingInputs::add(Kind kind, const std::string& line) {
  std::vector<std::string>& lines = lines_[kind];
  if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(line);
}

std::vector<std::string> MissingInputs::lines() const {
  std::vector<std::string> all;
  for (const auto& [kind, lines] : lines_)
    for (const std::string& line : lines)
      if (std::find(all.begin(), all.end(), line) == all.end()) all.push_back(line);
  return all;
}

}  // namespace adrep
