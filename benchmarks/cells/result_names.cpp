#include "benchmarks/cells/result_names.h"

#include <algorithm>
#include <set>

#include "core/base/hash.h"

namespace adrep {
namespace {

using nlohmann::json;
using Parts = std::map<std::string, std::string>;

constexpr size_t hash_digits = 64, shown_digits = 8;

bool is_seed(const std::string& name) {
  return name == "seed" || name == "references.seed";
}

/// What makes the method: names as in the settings of a run -> value. What decides the images is the data set's;
/// `with_own` adds what a method may have of its own for each; of several data sets a joint model has other classes.
Parts method_parts(const Cell& cell, bool with_own, bool several_data_sets) {
  static const std::set<std::string> of_data = {"class", "layout", "train", "test", "data", "projector.leaked"};
  static const std::set<std::string> own = {"image.fit", "image.resize", "references.list"};
  Parts parts;
  for (const json* section : {&cell.key.fit, &cell.key.scores, &cell.key.evaluation})
    for (const auto& [name, value] : section->items()) {
      if (of_data.contains(name) || is_seed(name) || (own.contains(name) && !with_own)) continue;
      // of classes that were fitted together the method has the names, the data sets have the images
      const json& part = name == "classes_together" && value.is_object() ? value.value("classes", value) : value;
      parts[name] = part.is_string() ? part.get<std::string>() : part.dump();
    }
  if (several_data_sets && parts.contains("classes_together")) parts["classes_together"] = "true";
  return parts;
}

std::string id_of(const Parts& parts) {
  return json(parts).dump(-1, ' ', false, json::error_handler_t::replace);
}

json seeds_of(const Cell& cell) {
  return {cell.key.part("seed"), cell.key.part("references.seed")};
}

/// The seeds by name that a method's cells have.
using Seeds = std::map<std::string, std::set<std::string>>;

void add_seeds(const Cell& cell, Seeds& seeds) {
  for (const char* name : {"references.seed", "seed"})
    if (const json seed = cell.key.part(name); !seed.is_null()) seeds[name].insert(seed.dump());
}

/// Those of the cell that its method has several of.
std::string seeds_text(const Cell& cell, const Seeds& of_method) {
  std::string text;
  for (const auto& [name, values] : of_method)
    if (const json seed = cell.key.part(name); values.size() > 1 && !seed.is_null())
      text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, seed.dump());
  return text;
}

/// Whether one method has several cells of a class and seed, which then differ in what it has of its own for each.
bool own_matters(const std::vector<StoredResult>& results) {
  std::map<std::string, std::string> known;
  for (const StoredResult& result : results) {
    if (!result.cell) continue;
    const std::string place =
        id_of(method_parts(*result.cell, false, false)) + images_of(result) + seeds_of(*result.cell).dump();
    const std::string own = id_of(method_parts(*result.cell, true, false));
    if (known.emplace(place, own).first->second != own) return true;
  }
  return false;
}

/// A part as people know it: what the plan says of a file or backbone, and of a hash its beginning.
std::string shown_part(const std::string& name, const std::string& value, const StoredResult& result) {
  const bool hash = is_hexadecimal(value, hash_digits);
  if (!hash && name != "backbone") return value;
  const auto given = result.settings.find(name);
  if (given != result.settings.end() && !given->second.empty()) return given->second;
  return hash ? value.substr(0, shown_digits) : value;
}

/// The parts as people know them. Projectors that a pretraining of the plan made are known by what the plan says of it.
Parts shown_parts(const Parts& parts, const StoredResult& result) {
  static const std::string of_pretraining = "projector.";
  Parts shown;
  for (const auto& [name, value] : parts) shown[name] = shown_part(name, value, result);
  if (!result.settings.contains("projector.pretrain")) return shown;
  shown.erase("projector");
  for (const auto& [name, value] : result.settings)
    if (name.starts_with(of_pretraining)) shown[name] = value;
  return shown;
}

/// Methods of one detector and features, with their parts.
struct NamedMethod {
  Parts parts, shown;
  std::string variant{};
};
using NamedMethods = std::map<std::string, NamedMethod>;  // by id

/// Adds a part to the variants of methods that nothing has told apart so far.
void tell_apart_by(const std::string& name, const Parts NamedMethod::*texts, NamedMethods& methods) {
  std::map<std::string, std::set<std::string>> values;  // by the variant so far
  const auto text_of = [&](const NamedMethod& method) {
    const auto place = (method.*texts).find(name);
    return place == (method.*texts).end() ? std::string() : place->second;
  };
  for (const auto& [id, method] : methods) values[method.variant].insert(text_of(method));
  if (std::all_of(values.begin(), values.end(), [](const auto& of) { return of.second.size() < 2; })) return;
  for (auto& [id, method] : methods)
    if (const std::string text = text_of(method); !text.empty())
      method.variant += fmt::format("{}{}={}", method.variant.empty() ? "" : " ", name, text);
}

void find_variants(NamedMethods& methods) {
  std::set<std::string> names;
  for (const auto& [id, method] : methods)
    for (const Parts* parts : {&method.parts, &method.shown})
      for (const auto& [name, value] : *parts) names.insert(name);
  const auto hashed = [&](const std::string& name) {
    return std::any_of(methods.begin(), methods.end(), [&](const auto& of) {
      const auto place = of.second.shown.find(name);
      return place != of.second.shown.end() && is_hexadecimal(place->second, shown_digits);
    });
  };
  // what people wrote first, the backbone before all; versions and hashes only where nothing else differs
  std::vector<std::string> order(names.begin(), names.end());
  const auto rank = [&](const std::string& name) {
    return name == "backbone" ? 0 : hashed(name) ? 3 : name.starts_with("version.") ? 2 : 1;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](const std::string& a, const std::string& b) { return rank(a) < rank(b); });
  for (const std::string& name : order) tell_apart_by(name, &NamedMethod::shown, methods);
  for (const std::string& name : order) tell_apart_by(name, &NamedMethod::parts, methods);  // files of one name
}

/// Classes of one name with other images belong to another data set, whatever its folder is called. A split of one's
/// own is no other data set.
void tell_data_sets_apart(std::vector<StoredResult>& results) {
  const auto place_of = [](const StoredResult& result) {
    json split = json::object();
    for (const auto& [name, value] : result.cell->key.fit.items())
      if (name.starts_with("split.")) split[name] = value;
    return result.data_set + "\n" + result.class_name + "\n" + split.dump();
  };
  std::map<std::string, std::set<std::string>> prints;
  for (const StoredResult& result : results)
    if (result.cell) prints[place_of(result)].insert(result.cell->key_text("data"));
  for (StoredResult& result : results)
    if (result.cell && prints[place_of(result)].size() > 1)
      result.data_set += fmt::format("{}({})", result.data_set.empty() ? "" : " ",
                                     result.cell->key_text("data").substr(0, shown_digits));
}

}  // namespace

std::string images_of(const StoredResult& result) {
  if (!result.cell) return "";
  return result.data_set + "\n" + result.class_name + "\n" + result.cell->key_text("data");
}

std::string selection_of(const Cell& cell) {
  const std::string selection = cell.key_text("selection");
  return selection.empty() ? "last" : selection;
}

std::string method_name(const StoredResult& result, bool with_backbone) {
  std::string name = shown_detector(result) + "/" + result.features, variant = result.variant;
  if (with_backbone) {
    const std::string backbone = result.cell->key_text("backbone");
    if (const std::string named = "backbone=" + backbone; variant.starts_with(named))
      variant = variant.substr(std::min(named.size() + 1, variant.size()));
    name += "/" + backbone;
  }
  std::replace(variant.begin(), variant.end(), ' ', '/');
  return variant.empty() ? name : name + "/" + variant;
}

void name_results(std::vector<StoredResult>& results) {
  tell_data_sets_apart(results);
  const bool with_own = own_matters(results);
  const bool several = std::any_of(results.begin(), results.end(), [&](const StoredResult& result) {
    return result.data_set != results.front().data_set;
  });
  std::map<std::string, NamedMethods> by_name;
  std::map<std::string, Seeds> seeds;
  for (StoredResult& result : results) {
    if (!result.cell) continue;
    Parts parts = method_parts(*result.cell, with_own, several), shown = shown_parts(parts, result);
    result.method = id_of(parts);
    by_name[shown_detector(result) + "/" + result.features].try_emplace(
        result.method, NamedMethod{std::move(parts), std::move(shown)});
    add_seeds(*result.cell, seeds[result.method]);
  }
  for (auto& [name, methods] : by_name) find_variants(methods);
  for (StoredResult& result : results) {
    if (!result.cell) continue;
    result.variant = by_name[shown_detector(result) + "/" + result.features].at(result.method).variant;
    result.seeds = seeds_text(*result.cell, seeds[result.method]);
  }
}

}  // namespace adrep
