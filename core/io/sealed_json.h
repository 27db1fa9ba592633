#pragma once
#include <nlohmann/json.hpp>

#include <string>

namespace adrep {

/// The same object with one more member, "seal": SHA-256 of all the others in canonical JSON. It shows every change of
/// the content, and none of its layout. Throws Error when a number in it is NaN or infinite, which JSON cannot hold.
nlohmann::json sealed(nlohmann::json object);

/// The content of a sealed text: checked, and without its seal. `what`: what it should be, "cell"; `where`: the file
/// (and line). Throws InputError when it is no JSON object, has no seal or another content than was sealed.
nlohmann::json read_sealed_json(const std::string& text, const std::string& what, const std::string& where);
/// The same of a text that is parsed already.
nlohmann::json unsealed(nlohmann::json object, const std::string& what, const std::string& where);

}  // namespace adrep
