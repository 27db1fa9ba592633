#include "core/io/sealed_json.h"

#include <cmath>

#include "core/base/error.h"
#include "core/base/hash.h"

namespace adrep {
namespace {

using nlohmann::json;

const std::string seal_name = "seal";

std::string canonical(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// JSON has no NaN: it would be written as null and read as something else.
void check_numbers(const json& value, const std::string& name) {
  if (value.is_number_float() && !std::isfinite(value.get<double>()))
    throw_failure("'{}' is NaN or infinite and cannot be stored", name);
  if (value.is_object())
    for (const auto& [key, part] : value.items()) check_numbers(part, key);
  if (value.is_array())
    for (const json& part : value) check_numbers(part, name);
}

}  // namespace

json sealed(json object) {
  check_numbers(object, "");
  object.erase(seal_name);
  object[seal_name] = sha256_of(canonical(object));
  return object;
}

json read_sealed_json(const std::string& text, const std::string& what, const std::string& where) {
  return unsealed(json::parse(text, nullptr, false), what, where);
}

json unsealed(json object, const std::string& what, const std::string& where) {
  if (!object.is_object()) throw_input("{}: damaged {}: it is not JSON", where, what);
  const auto seal = object.find(seal_name);
  if (seal == object.end()) throw_input("{}: {} without a seal", where, what);
  const json sealed_with = std::move(*seal);
  object.erase(seal);
  if (sealed_with != sha256_of(canonical(object)))
    throw_input("{}: damaged {}: its content does not fit its seal", where, what);
  return object;
}

}  // namespace adrep
