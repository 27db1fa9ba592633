#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace adrep {

/// Calls `use` for the JSON object of every line that is not empty, with the line's number from 1.
/// Throws InputError "WHERE:LINE: not a JSON object" with `hint` after it.
void for_each_json_line(std::string_view text, const std::string& where, const std::string& hint,
                        const std::function<void(const nlohmann::json& object, int64_t line)>& use);

}  // namespace adrep
