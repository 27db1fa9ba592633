#pragma once
#include <string>
#include <string_view>
#include <vector>

/// Names in messages about data sets, which may be thousands.
namespace adrep {

/// "a, b, c, d, e and 412 more"; all of them are logged with --verbose, each list once.
std::string few_of(const std::vector<std::string>& names);

}  // namespace adrep
