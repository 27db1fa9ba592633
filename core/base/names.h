#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace adrep {

/// The known name nearest to `wrong` by edit distance, or "" when none is near enough to be meant.
std::string nearest_name(std::string_view wrong, const std::vector<std::string>& known);

/// "a, b and c"
std::string listed(const std::vector<std::string>& names);
/// The first `shown` of them: "a, b and 5 more".
std::string listed(const std::vector<std::string>& names, size_t shown);

/// "did you mean 'x'?", or what is known: all of it where that is not long, else five and how many more; all of them
/// are then logged in detail.
std::string suggestion(std::string_view wrong, const std::vector<std::string>& known);

}  // namespace adrep
