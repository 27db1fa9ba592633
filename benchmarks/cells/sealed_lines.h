#pragma once
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace adrep {

/// An object as one line of a file that is sealed line by line: files that are joined or cut stay readable.
std::string sealed_line(const nlohmann::json& object);

/// Calls `use` for every line's content. What is damaged, or what `use` refuses by throwing InputError or a JSON
/// exception, is left out with a line in `notes`: "FILE:LINE: …". `what`: what the lines are of, "plan".
void for_each_sealed_line(const std::filesystem::path& file, const std::string& what, std::vector<std::string>& notes,
                          const std::function<void(const nlohmann::json& content)>& use);

}  // namespace adrep
