#include "benchmarks/map_evaluation/map_evaluation.h"

#include <functional>

#include "benchmarks/map_evaluation/map_intervals.h"
#include "benchmarks/map_evaluation/map_scores.h"
#include "core/metrics/aupimo.h"
#include "core/metrics/operating_point.h"
#include "core/metrics/pixel_metrics.h"
#include "core/metrics/roc.h"

namespace adrep {
namespace {

using Kind = MapMetric::Kind;

/// "0_05" for 0.05, "1_00" for 1: as the exact protocol calls its metrics.
std::string rate_name(double rate) {
  std::string text = fmt::format("{:.2f}", rate);
  if (std::stod(text) != rate) text = fmt::format("{}", rate);
  std::replace(text.begin(), text.end(), '.', '_');
  return text;
}

MapMetric row(std::string name, std::string heading, const Metric& value, Kind kind = Kind::percent) {
  return {std::move(name), std::move(heading), kind, {value}, std::nullopt};
}

/// Recall at a false-positive rate, of pixels or images.
Metric recall_at(ScoreGroups& groups, double rate, const char* unit) {
  RecallAtFpr recall(groups.totals(), rate, unit);
  groups.visit([&](const ScoreGroup& group) { return recall.add(group); });
  return recall.value();
}

Metric aupimo_of(const MapScores& scores, const MetricsSettings& settings) {
  if (!scores.loaded()) return Metric::none("it needs " + scores.why_not_in_memory());
  return aupimo(scores.loaded()->scored().pixels, settings.aupimo_lower, settings.aupimo_upper,
                static_cast<int>(settings.threads))
      .mean;
}

/// A threshold as the score that it is.
Metric as_score(const Metric& threshold, const std::function<double(double)>& score_of) {
  return threshold.defined() ? Metric::measured(score_of(threshold.value)) : threshold;
}

/// The exact metrics, one row each with one value.
std::vector<MapMetric> exact_rows(MapScores& scores, const MetricsSettings& settings) {
  const ImageMetrics images = exact_image_metrics(scores.images());
  const std::vector<double> limits = settings.pro_limits();
  const PixelMetrics pixels = exact_pixel_metrics(scores.groups(), limits);
  const auto of_image = [&](double stored) { return scores.image_score(stored); };
  const auto of_pixel = [&](double stored) { return scores.pixel_score(stored); };
  std::vector<MapMetric> rows = {
      row("image_auroc", "image AUROC", images.auroc),
      row("image_ap", "image AP", images.average_precision),
      row("image_f1", "image F1 (best)", images.best_f1),
      row("image_f1_threshold", "image F1 threshold", as_score(images.best_f1_threshold, of_image), Kind::number),
      row("pixel_auroc", "pixel AUROC", pixels.auroc),
      row("pixel_ap", "pixel AP", pixels.average_precision),
      row("pixel_f1", "pixel F1 (best)", pixels.best_f1),
      row("pixel_f1_threshold", "pixel F1 threshold", as_score(pixels.best_f1_threshold, of_pixel), Kind::number),
      row("pixel_iou", "pixel IoU (best)", pixels.largest_iou)};
  for (size_t l = 0; l < limits.size(); ++l)
    rows.push_back(row(limits[l] == 0.3 ? "pro" : "pro_" + rate_name(limits[l]),
                       fmt::format("PRO to FPR {}", limits[l]), pixels.aupro[l]));
  const std::string rate = rate_name(settings.fpr);
  rows.push_back(row("image_recall_at_fpr_" + rate, fmt::format("image recall at FPR {}", settings.fpr),
                     recall_at_fpr(scores.images(), settings.fpr)));
  rows.push_back(row("pixel_recall_at_fpr_" + rate, fmt::format("pixel recall at FPR {}", settings.fpr),
                     recall_at(scores.groups(), settings.fpr, "pixel")));
  rows.push_back(row("aupimo", fmt::format("AUPIMO, FPR {} to {}", settings.aupimo_lower, settings.aupimo_upper),
                     aupimo_of(scores, settings)));
  return rows;
}

/// Rows of several protocols side by side; a protocol that lacks a metric leaves its column empty.
MapSection metrics_section(const MapScores& scores, std::vector<MapMetric> exact, const MetricsSettings& settings) {
  MapSection section{"metrics", "metrics", settings.protocol, std::move(exact)};
  const size_t columns = section.columns.size();
  for (MapMetric& metric : section.rows) {
    const Metric value = *metric.values[0];
    metric.values.assign(columns, std::nullopt);
    for (size_t c = 0; c < columns; ++c)
      if (section.columns[c] == "exact") metric.values[c] = value;
  }
  for (size_t c = 0; c < columns; ++c) {
    if (section.columns[c] == "exact") continue;
    const MetricSet set =
        NamedProtocol(section.columns[c]).evaluate(scores.loaded()->scored(static_cast<int>(settings.threads)));
    for (const auto& [name, value] : set.values()) {
      auto place = std::find_if(section.rows.begin(), section.rows.end(),
                                [&name = name](const MapMetric& metric) { return metric.name == name; });
      if (place == section.rows.end()) {
        section.rows.push_back({name, name == "pro" ? "PRO to FPR 0.3" : name, Kind::percent,
                                std::vector<std::optional<Metric>>(columns), std::nullopt});
        place = section.rows.end() - 1;
      }
      place->values[c] = value;
    }
  }
  std::erase_if(section.rows, [](const MapMetric& metric) {
    return std::none_of(metric.values.begin(), metric.values.end(),
                        [](const auto& value) { return value.has_value(); });
  });
  return section;
}

void add_confusion(MapSection& section, const std::string& unit, const Confusion& counts) {
  const auto count = [&](const char* name, const char* heading, int64_t value) {
    section.rows.push_back(row(unit + name, heading, Metric::measured(static_cast<double>(value)), Kind::count));
  };
  section.rows.push_back(row(unit + "_recall", "recall", counts.recall()));
  section.rows.push_back(row(unit + "_precision", "precision", counts.precision()));
  section.rows.push_back(row(unit + "_false_positive_rate", "false-positive rate", counts.false_positive_rate()));
  section.rows.push_back(row(unit + "_f1_at_threshold", "F1", counts.f1()));
  section.rows.push_back(row(unit + "_iou_at_threshold", "IoU", counts.iou()));
  count("_true_positives", "true positives", counts.true_positives);
  count("_false_positives", "false positives", counts.false_positives);
  count("_false_negatives", "false negatives", counts.false_negatives);
  count("_true_negatives", "true negatives", counts.true_negatives);
}

MapSection empty_point(const std::string& unit, const Metric& threshold, bool chosen) {
  return {unit + "_threshold",
          fmt::format("{}s at {}", unit, chosen ? "the chosen threshold" : "the threshold of the best F1"),
          {"value"},
          {row(unit + "_threshold", "threshold (anomalous: score >= threshold)", threshold, Kind::number)}};
}

MapSection image_point(const MapScores& scores, const Metric& threshold, bool chosen) {
  MapSection section = empty_point("image", threshold, chosen);
  if (threshold.defined())
    add_confusion(section, "image", confusion(scores.images(), scores.stored_image_score(threshold.value)));
  return section;
}

MapSection pixel_point(const MapScores& scores, const Metric& threshold, bool chosen) {
  MapSection section = empty_point("pixel", threshold, chosen);
  if (!threshold.defined()) return section;
  const float lowest = scores.stored_pixel_score(threshold.value);
  Confusion all;
  double covered = 0;
  int64_t regions = 0;
  scores.for_each_image([&](const ScoredPixels& image) {
    const Confusion one = confusion(image, lowest);
    all.true_positives += one.true_positives;
    all.false_positives += one.false_positives;
    all.false_negatives += one.false_negatives;
    all.true_negatives += one.true_negatives;
    for (const RegionOverlap& region : region_overlaps(image, lowest, 1)) {
      covered += static_cast<double>(region.covered) / static_cast<double>(region.area);
      ++regions;
    }
  });
  add_confusion(section, "pixel", all);
  section.rows.push_back(
      row("pixel_region_overlap", "mean covered share of a region",
          regions > 0 ? Metric::measured(covered / static_cast<double>(regions)) : Metric::none("no anomalous pixel")));
  return section;
}

MapSection counts_section(MapScores& scores) {
  MapSection section{"counts", "counts", {"value"}, {}};
  const auto add = [&](const char* name, const char* heading, int64_t value) {
    section.rows.push_back(row(name, heading, Metric::measured(static_cast<double>(value)), Kind::count));
  };
  const PixelTotals& totals = scores.groups().totals();
  const std::span<const uint8_t> labels = scores.images().labels;
  add("images", "images", std::ssize(labels));
  add("anomalous_images", "anomalous images", std::count(labels.begin(), labels.end(), 1));
  add("regions", "regions", std::ssize(totals.region_areas));
  add("pixels", "pixels", totals.normals + totals.anomalous);
  add("anomalous_pixels", "anomalous pixels", totals.anomalous);
  return section;
}

void require_memory(const MapScores& scores, const MetricsSettings& settings) {
  if (scores.loaded()) return;
  for (const std::string& name : settings.protocol)
    if (name != "exact") throw_input("protocol={} needs {}", name, scores.why_not_in_memory());
}

Metric value_of(const std::vector<MapMetric>& rows, const std::string& name) {
  for (const MapMetric& metric : rows)
    if (metric.name == name) return *metric.values[0];
  return Metric::none("not computed");
}

std::string image_score_note(const MapScores& scores) {
  const int64_t images = std::ssize(scores.images().scores), given = scores.given_image_scores();
  if (given == 0) return "image score: the maximum of its map";
  if (given == images) return "image score: as given beside the maps";
  return fmt::format("image score: as given beside the maps for {} of {} images, for the others the maximum of the map",
                     given, images);
}

/// Everything a value may depend on; where things lie and how much is used of the machine does not belong to it.
std::map<std::string, std::string> settings_of(const MetricsSettings& settings) {
  std::map<std::string, std::string> texts;
  for (const Param& param : params_of<MetricsSettings>().all()) texts[param.name] = to_text(param.get(&settings));
  for (const char* machine : {"threads", "memory", "temp", "output"}) texts.erase(machine);
  std::string versions;
  for (const std::string& name : settings.protocol)
    versions += fmt::format("{}{} {}", versions.empty() ? "" : ", ", name, NamedProtocol(name).version());
  texts["protocol_versions"] = versions;
  return texts;
}

}  // namespace

MapReport evaluate_maps(const MapPairs& pairs, const MetricsSettings& settings) {
  MapScores scores(pairs, settings);
  require_memory(scores, settings);
  const std::vector<MapMetric> exact = exact_rows(scores, settings);
  const std::optional<double> chosen = settings.chosen_threshold();
  const bool for_images = chosen && scores.given_image_scores() == 0;

  MapReport report;
  report.settings = settings_of(settings);
  report.notes.push_back(image_score_note(scores));
  report.notes.insert(report.notes.end(), scores.notes().begin(), scores.notes().end());
  report.sections.push_back(metrics_section(scores, exact, settings));
  if (settings.bootstrap > 0) add_intervals(report, scores, settings);
  report.sections.push_back(
      image_point(scores, for_images ? Metric::measured(*chosen) : value_of(exact, "image_f1_threshold"), for_images));
  report.sections.push_back(pixel_point(
      scores, chosen ? Metric::measured(*chosen) : value_of(exact, "pixel_f1_threshold"), chosen.has_value()));
  report.sections.push_back(counts_section(scores));
  return report;
}

}  // namespace adrep
