#include "benchmarks/cells/cell.h"

#include "core/base/error.h"
#include "core/io/sealed_json.h"

namespace adrep {
namespace {

using nlohmann::json;

constexpr int cell_version = 3;

Metric metric_from(const json& value) {
  if (value.is_number()) return Metric::measured(value.get<double>());
  return Metric::none(value.at("undefined").get<std::string>());
}

}  // namespace

json metric_json(const Metric& metric) {
  if (metric.defined()) return metric.value;
  return {{"undefined", metric.undefined}};
}

json metrics_json(const NamedMetrics& metrics) {
  json all = json::array();
  for (const auto& [name, metric] : metrics) all.push_back({{"name", name}, {"value", metric_json(metric)}});
  return all;
}

NamedMetrics metrics_from(const json& all) {
  NamedMetrics metrics;
  for (const json& metric : all)
    metrics.emplace_back(metric.at("name").get<std::string>(), metric_from(metric.at("value")));
  return metrics;
}

Metric metric_named(const NamedMetrics& metrics, const std::string& name) {
  for (const auto& [key_name, value] : metrics)
    if (key_name == name) return value;
  return Metric::none("not measured");
}

std::string to_json_text(const Cell& cell) {
  json scores = json::array();
  for (const ImageScore& s : cell.scores)
    scores.push_back({{"id", s.id}, {"defect", s.defect}, {"anomalous", s.anomalous}, {"score", s.score}});
  json all = {{"adrep_cell", cell_version},
              {"key", cell.key.to_json()},
              {"hash", cell.hash()},
              {"metrics", metrics_json(cell.metrics)},
              {"counts",
               {{"train", cell.train_images},
                {"test", cell.test_images},
                {"anomalous", cell.anomalous_images},
                {"without_mask", cell.images_without_mask},
                {"outside_crop", cell.outside_crop},
                {"lost_in_resize", cell.lost_in_resize},
                {"skipped", cell.skipped.size()}}},
              {"skipped", cell.skipped},
              {"references", cell.references},
              {"scores", scores}};
  if (!cell.reference_hashes.empty()) all["reference_sha256"] = cell.reference_hashes;
  if (!cell.split.is_null()) all["split"] = cell.split;
  if (!cell.training.is_null()) all["training"] = cell.training;
  if (!cell.details.empty()) all["details"] = cell.details;
  return sealed(std::move(all)).dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

Cell cell_from_json(const std::string& text, const std::string& file) {
  json unchecked = json::parse(text, nullptr, false);
  if (!unchecked.is_object() || !unchecked.contains("adrep_cell")) throw_input("{}: not a cell of adrep", file);
  if (const json& version = unchecked["adrep_cell"]; version == 1 || version == 2)
    throw_input("{}: a cell of adrep 0.1, which has no seal", file);
  else if (version.is_number_integer() && version > cell_version)
    throw LaterCell(
        fmt::format("{}: a cell of version {}, this program reads version {}: use the later adrep that "
                    "wrote it, or another output=",
                    file, version.dump(), cell_version));
  else if (version != cell_version)
    throw_input("{}: a cell of version {}, this program reads version {}", file, version.dump(), cell_version);
  const json all = unsealed(std::move(unchecked), "cell", file);
  try {
    Cell cell;
    cell.key = CellKey::from_json(all.at("key"));
    cell.metrics = metrics_from(all.at("metrics"));
    const json& counts = all.at("counts");
    cell.train_images = counts.at("train");
    cell.test_images = counts.at("test");
    cell.anomalous_images = counts.at("anomalous");
    cell.images_without_mask = counts.at("without_mask");
    cell.outside_crop = counts.value("outside_crop", int64_t{0});  // not counted before
    cell.lost_in_resize = counts.value("lost_in_resize", int64_t{0});
    cell.skipped = all.at("skipped").get<std::vector<std::string>>();
    cell.references = all.at("references").get<std::vector<std::string>>();
    for (const json& s : all.at("scores"))
      cell.scores.push_back({s.at("id"), s.at("defect"), s.at("anomalous"), s.at("score")});
    if (const auto hashes = all.find("reference_sha256"); hashes != all.end())
      cell.reference_hashes = hashes->get<std::vector<std::string>>();
    if (const auto split = all.find("split"); split != all.end()) cell.split = *split;
    if (const auto training = all.find("training"); training != all.end()) cell.training = *training;
    if (const auto details = all.find("details"); details != all.end()) cell.details = *details;
    if (all.at("hash") != cell.hash()) throw_input("{}: damaged: its hash does not fit its key", file);
    return cell;
  } catch (const json::exception& bad) {
    throw_input("{}: damaged cell: {}", file, bad.what());
  }
}

}  // namespace adrep
