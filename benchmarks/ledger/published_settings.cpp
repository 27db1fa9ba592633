#include "benchmarks/ledger/published_settings.h"

#include <fmt/format.h>

#include "benchmarks/plan/class_geometry.h"
#include "benchmarks/plan/run_settings.h"
#include "benchmarks/tables/changed_settings.h"
#include "core/base/param_json.h"

namespace adrep {
namespace {

using nlohmann::json;

std::string parameters_problem(const StoredResult& result) {
  for (const auto& [name, values] : changed_parameters(result)) {
    const auto& [value, normal] = values;
    const bool named_file = normal.is_string() && normal.get<std::string>().empty();
    // the published code ran with it (protocol of CFLOW), shorter trainings have an outcome of their own
    const bool as_published = name == "legacy_zero_grad" && value == true;
    if (!named_file && !as_published && name.find("epochs") == std::string::npos)
      return fmt::format("{}.{}={}, published with {}", result.detector, name, value.dump(), normal.dump());
  }
  return "";
}

std::string split_problem(const Cell& cell) {
  for (const auto& [name, value] : cell.key.fit.items())
    if (name.starts_with("split.")) return fmt::format("{}={}", name, value.dump());
  return "";
}

/// A part of the key beside what it was in the publication; cells of older versions may have no such part.
std::string part_problem(const Cell& cell, const std::string& name, const json& published) {
  const json own = cell.key.part(name);
  return own.is_null() || own == published
             ? ""
             : fmt::format("{}={}, published with {}", name, own.dump(), published.dump());
}

/// Published with its default value.
std::string default_problem(const Cell& cell, const std::string& name) {
  return part_problem(cell, name, param_json(params_of<RunSettings>().find(name)->default_value));
}

std::string geometry_problem(const StoredResult& result) {
  const Cell& cell = *result.cell;
  for (const char* name : {"image.crop", "precision"})
    if (std::string why = default_problem(cell, name); !why.empty()) return why;
  if (std::string why = part_problem(cell, "image.fit", "crop"); !why.empty()) return why;
  if (!DetectorRegistry::instance().find(result.detector)) return "";
  constexpr int64_t crop = 224;
  return part_problem(
      cell, "image.resize",
      published_resize(result.detector, result.class_name, cell.key_text("layout") == "mvtec_ad", crop));
}

/// UniAD is one model of all classes, everything else one a class.
std::string joint_problem(const StoredResult& result) {
  const bool joint = !result.cell->key.part("classes_together").is_null(), published = result.detector == "uniad";
  return joint == published
             ? ""
             : fmt::format("{}, published with {}", joint ? "one model for all classes" : "one model a class",
                           published ? "one for all" : "one a class");
}

/// Eight that are drawn or listed, or of FeatureNorm the eight or ten most like each image; which of both FeatureNorm
/// had in the ablations, and how many, is not stated.
std::string references_problem(const StoredResult& result, const KnownValue& published) {
  const Cell& cell = *result.cell;
  const std::string select = cell.key_text("references.select");
  if (select.empty()) return "";
  for (const char* name : {"references.match", "references.exclude_self", "references.from"})
    if (std::string why = default_problem(cell, name); !why.empty()) return why;
  const bool norm = result.detector == "feature_norm", table1 = published.table == "1";
  const bool aligned = select == "aligned";
  if (aligned ? !norm : (norm && table1) || select == "kmeans")
    return fmt::format("references.select={}, published with {}", select, norm ? "aligned" : "random");
  const json shots = cell.key.part("references.shots");
  const auto varied = published.place.find("shots");
  if (varied != published.place.end())
    return shots.dump() == varied->second
               ? ""
               : fmt::format("references.shots={}, published with {}", shots.dump(), varied->second);
  const bool usual = shots == 8 || (aligned && shots == 10) || (norm && !table1);
  return usual || shots.is_null() ? "" : fmt::format("references.shots={}, published with 8", shots.dump());
}

}  // namespace

bool splits_on_purpose(const KnownValue& published) {
  return published.place.contains("train_fraction") || published.place.contains("noise_ratio") ||
         published.place.contains("shots");
}

std::string settings_problem(const StoredResult& result, const KnownValue& published) {
  for (const std::string& why :
       {parameters_problem(result), splits_on_purpose(published) ? "" : split_problem(*result.cell),
        geometry_problem(result), joint_problem(result), references_problem(result, published)})
    if (!why.empty()) return why;
  return "";
}

}  // namespace adrep
