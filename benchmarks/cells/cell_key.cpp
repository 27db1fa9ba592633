#include "benchmarks/cells/cell_key.h"

#include "core/base/hash.h"

namespace adrep {
namespace {

using nlohmann::json;

/// Bytes that are no UTF-8 (in a class's name, say) are replaced, as in the cell's file.
std::string hash_of_json(const json& value) {
  return sha256_of(value.dump(-1, ' ', false, json::error_handler_t::replace));
}

/// get_ref throws where the section is no object.
json section_of(const json& all, const char* name) {
  return all.at(name).get_ref<const json::object_t&>();
}

}  // namespace

std::string CellKey::fit_hash() const {
  return hash_of_json(fit);
}

std::string CellKey::score_hash() const {
  return hash_of_json({{"fit", fit}, {"scores", scores}});
}

std::string CellKey::hash() const {
  return hash_of_json(to_json());
}

json CellKey::part(const std::string& name) const {
  for (const json* section : {&fit, &scores, &evaluation})
    if (const auto place = section->find(name); place != section->end()) return *place;
  return nullptr;
}

std::string CellKey::text(const std::string& name) const {
  const json value = part(name);
  return value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump();
}

json CellKey::to_json() const {
  return {{"fit", fit}, {"scores", scores}, {"evaluation", evaluation}};
}

CellKey CellKey::from_json(const json& all) {
  return {section_of(all, "fit"), section_of(all, "scores"), section_of(all, "evaluation")};
}

}  // namespace adrep
