#include "benchmarks/regression/baseline.h"

#include <algorithm>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/io/sealed_json.h"

namespace adrep {
namespace {

using nlohmann::json;

constexpr int baseline_version = 1;
constexpr uint64_t largest_baseline = 256 << 20;
constexpr const char* version_name = "adrep_baseline";

json cell_json(const BaselineCell& cell) {
  return sealed({{"cell", cell.name},
                 {"seeds", cell.seeds},
                 {"metrics", metrics_json(cell.metrics)},
                 {"scores", cell.scores},
                 {"key", cell.key.to_json()},
                 {"pretrained", cell.pretrained},
                 {"environment", cell.environment}});
}

BaselineCell cell_of(const json& sealed_cell, const std::string& where) {
  const json object = unsealed(sealed_cell, "cell of the baseline", where);
  try {
    BaselineCell cell;
    json::object_t environment;
    object.at("cell").get_to(cell.name);
    object.at("seeds").get_to(cell.seeds);
    cell.metrics = metrics_from(object.at("metrics"));
    object.at("scores").get_to(cell.scores);
    cell.key = CellKey::from_json(object.at("key"));
    object.at("pretrained").get_to(cell.pretrained);
    object.at("environment").get_to(environment);
    cell.environment = environment;
    return cell;
  } catch (const json::exception&) {
    throw_input("{}: a cell of another version of adrep: renew it with --update", where);
  }
}

/// What git leaves where two branches changed one place.
void refuse_conflict(const std::string& text, const std::string& file) {
  const std::string mark = "<<<<<<< ";
  const size_t at = text.starts_with(mark) ? 0 : text.find("\n" + mark);
  if (at == std::string::npos) return;
  const auto lines = std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(at + 1), '\n');
  throw_input("{}:{}: a merge conflict: where both sides add cells keep both, else take one or renew with --update",
              file, lines + 1);
}

/// The name of a cell that may be damaged, for the error line.
std::string place_of_cell(const std::string& file, const json& cell, size_t index) {
  const bool named = cell.is_object() && cell.contains("cell") && cell["cell"].is_string();
  return named ? fmt::format("{}: {}", file, cell["cell"].get<std::string>())
               : fmt::format("{}: cell {}", file, index + 1);
}

std::map<std::string, double> tolerances_of(const json& all, const std::string& name, const std::string& file) {
  std::map<std::string, double> tolerances;
  if (!all.contains(name)) return tolerances;
  const json& object = all[name];
  if (!object.is_object()) throw_input("{}: {}: give {{\"GLOB\": POINTS}}", file, name);
  for (const auto& [glob, points] : object.items()) {
    if (!points.is_number() || !(points.get<double>() >= 0 && points.get<double>() <= 100))
      throw_input("{}: {}: '{}': give points from 0 to 100", file, name, glob);
    tolerances[glob] = points.get<double>();
  }
  return tolerances;
}

bool stands_before(const BaselineCell& a, const BaselineCell& b) {
  return std::pair(a.name, a.seeds) < std::pair(b.name, b.seeds);
}

/// One member of a cell a line, one metric a line: a diff shows what changed.
std::string cell_lines(const json& cell) {
  std::string text = "  {\"cell\": " + cell.at("cell").dump();
  for (const char* name : {"seeds", "scores", "pretrained", "environment", "key"})
    text += fmt::format(",\n   \"{}\": {}", name, cell.at(name).dump());
  text += ",\n   \"metrics\": [";
  const json& metrics = cell.at("metrics");
  for (size_t m = 0; m < metrics.size(); ++m) text += fmt::format("{}\n    {}", m == 0 ? "" : ",", metrics[m].dump());
  return text + "],\n   \"seal\": " + cell.at("seal").dump() + "}";
}

}  // namespace

Baseline parse_baseline(const std::string& text, const std::string& file) {
  refuse_conflict(text, file);
  const json all = json::parse(text, nullptr, false);
  if (!all.is_object() || !all.contains(version_name))
    throw_input("{}: no baseline of 'adrep regress --update', or damaged: it is not its JSON", file);
  if (all[version_name] != baseline_version)
    throw_input("{}: a baseline of version {}, this adrep reads version {}", file, all[version_name].dump(),
                baseline_version);
  for (const auto& [name, value] : all.items())
    if (name != version_name && name != "cells" && name != "tolerances" && name != "tolerances_elsewhere")
      throw_input("{}: a baseline has no member '{}'", file, name);
  if (!all.contains("cells") || !all["cells"].is_array()) throw_input("{}: it has no list of cells", file);
  Baseline baseline;
  baseline.tolerances = tolerances_of(all, "tolerances", file);
  baseline.tolerances_elsewhere = tolerances_of(all, "tolerances_elsewhere", file);
  const json& cells = all["cells"];
  for (size_t c = 0; c < cells.size(); ++c)
    if (!cells[c].is_null()) baseline.cells.push_back(cell_of(cells[c], place_of_cell(file, cells[c], c)));
  std::stable_sort(baseline.cells.begin(), baseline.cells.end(), stands_before);
  for (size_t c = 1; c < baseline.cells.size(); ++c)
    if (!stands_before(baseline.cells[c - 1], baseline.cells[c]))
      throw_input("{}: {} stands there twice: keep one, or renew it with --update", file,
                  seeded_name(baseline.cells[c]));
  return baseline;
}

Baseline read_baseline(const std::filesystem::path& file) {
  if (!std::filesystem::is_regular_file(file))
    throw_input("{}: no such baseline: 'adrep regress --update {} RESULTS' writes one", file.string(), file.string());
  return parse_baseline(read_file(file, largest_baseline), file.string());
}

std::string baseline_text(const Baseline& baseline) {
  std::vector<BaselineCell> cells = baseline.cells;
  std::stable_sort(cells.begin(), cells.end(), stands_before);
  std::string text =
      fmt::format("{{\"{}\": {},\n \"tolerances\": {},\n \"tolerances_elsewhere\": {},\n \"cells\": [", version_name,
                  baseline_version, json(baseline.tolerances).dump(), json(baseline.tolerances_elsewhere).dump());
  // a last element that is none: so every cell ends alike, and both sides of a merge can be kept
  for (const BaselineCell& cell : cells) text += "\n" + cell_lines(cell_json(cell)) + ",";
  return text + "\n  null]}\n";
}

BaselineCell baseline_cell(const StoredResult& result) {
  const Cell& cell = *result.cell;
  BaselineCell kept;
  kept.name = baseline_name(result);
  for (const char* name : {"seed", "references.seed"})
    if (const json seed = cell.key.part(name); seed.is_number_integer()) kept.seeds[name] = seed.get<int64_t>();
  kept.metrics = cell.metrics;
  kept.scores = scores_hash(cell);
  kept.key = cell.key;
  kept.pretrained = result.settings.contains("projector.pretrain");
  kept.environment = result.environment;
  return kept;
}

std::string baseline_name(const StoredResult& result) {
  std::string backbone = result.cell ? result.cell->key_text("backbone") : "";
  if (const auto given = result.settings.find("backbone"); backbone.empty() && given != result.settings.end())
    backbone = given->second.substr(0, given->second.find(':'));
  std::string name = fmt::format("{}/{}/{}/{}/{}", result.data_set.empty() ? "data" : result.data_set,
                                 result.class_name, backbone, result.detector, result.features);
  return result.variant.empty() ? name : name + "/" + result.variant;
}

std::string seed_words(const std::map<std::string, int64_t>& seeds) {
  std::string text;
  for (const auto& [name, seed] : seeds) text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, seed);
  return text;
}

std::string seeded_name(const BaselineCell& cell) {
  return cell.seeds.empty() ? cell.name : cell.name + " " + seed_words(cell.seeds);
}

bool same_metrics(const BaselineCell& before, const BaselineCell& now) {
  return metrics_json(before.metrics) == metrics_json(now.metrics);
}

std::string scores_hash(const Cell& cell) {
  std::vector<std::string> lines;
  for (const ImageScore& image : cell.scores) lines.push_back(fmt::format("{}\t{}\n", image.id, image.score));
  std::sort(lines.begin(), lines.end());
  Sha256 hash;
  for (const std::string& line : lines) hash.add(line);
  return hash.hex();
}

}  // namespace adrep
