#pragma once
#include <functional>

#include "core/base/schema.h"

namespace adrep::test {

/// Other values than the present one that a parameter takes, as a user writes them. `other_file`: makes a file for one
/// that names a file.
inline std::vector<std::string> other_values(const Param& param, const ParamValue& now,
                                             const std::function<std::string()>& other_file) {
  std::vector<std::string> others;
  if (param.is_path) return {other_file()};
  for (const std::string& choice : param.choices)
    if (choice != to_text(now) && choice.find(':') == std::string::npos) others.push_back(choice);
  if (!others.empty() || !param.choices.empty()) return others;
  if (const bool* truth = std::get_if<bool>(&now)) return {*truth ? "false" : "true"};
  if (const int64_t* whole = std::get_if<int64_t>(&now))
    return {std::to_string(static_cast<double>(*whole) + 1 <= param.maximum ? *whole + 1 : *whole - 1)};
  if (const double* number = std::get_if<double>(&now)) {
    const double less = *number / 2, more = *number + 0.25;
    return {fmt::format("{}", *number > 0 && less >= param.minimum ? less : more)};
  }
  return {param.name == "metrics.protocol" ? "paper" : param.name == "image.range" ? "0:1" : "other text"};
}

}  // namespace adrep::test
