#pragma once
#include <string>
#include <string_view>
#include <vector>

/// Names in messages about data sets, which may be thousands.
namespace adrep {

/// "a, b, c, d, e and 412 more"; all of them are logged with --verbose, each list once.
std::string few_of(const std::vector<std::string>& names);

/// What is said of a class that is not there: "did you mean 'x'?", or a few of those that are.
std::string class_suggestion(std::string_view wrong, const std::vector<std::string>& known);

}  // namespace adrep
