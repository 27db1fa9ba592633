// Metrics of score maps in memory, by the code of `adrep metrics` and `adrep metrics explain`.
#include <nlohmann/json.hpp>

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "benchmarks/map_evaluation/explain_page.h"
#include "benchmarks/map_evaluation/explain_settings.h"
#include "benchmarks/map_evaluation/explain_text.h"
#include "benchmarks/map_evaluation/map_evaluation.h"
#include "benchmarks/map_evaluation/map_report_formats.h"
#include "bindings/python/array_source.h"
#include "bindings/python/arrays.h"
#include "bindings/python/call.h"
#include "bindings/python/module.h"
#include "core/metrics/pixel_metrics.h"

namespace nb = nanobind;

namespace adrep::python {
namespace {

using Stacks = std::vector<GivenArray>;
using OptionalStacks = std::vector<std::optional<GivenArray>>;

/// The maps that a call was given; its arrays must outlive this.
struct GivenMaps {
  const Stacks& maps;
  const OptionalStacks& masks;
  BesideMaps beside;

  MapPairs pairs(const MapOptions& options) const {
    std::vector<StackPair> stacks;
    for (size_t s = 0; s < maps.size(); ++s) {
      const std::string number = maps.size() > 1 ? fmt::format("[{}]", s) : "";
      std::optional<ArrayStack> mask;
      if (masks[s]) mask.emplace(array_of(*masks[s], "masks" + number));
      stacks.push_back({ArrayStack(array_of(maps[s], "maps" + number)), std::move(mask)});
    }
    return {array_source(std::move(stacks), beside), options};
  }
};

/// A page about what `adrep metrics explain` found, with its values.
struct Explained {
  std::string text, page, json;
};

nlohmann::ordered_json json_of(const Metric& metric) {
  if (metric.defined()) return metric.value;
  return {{"undefined", metric.undefined}};
}

std::string as_json(const ProComparison& comparison) {
  nlohmann::ordered_json protocols;
  for (const Explanation& explanation : comparison.protocols) {
    nlohmann::ordered_json steps = nlohmann::ordered_json::array();
    for (const ProStep& step : explanation.steps)
      steps.push_back({{"name", step.name},
                       {"change", step.change},
                       {"value", json_of(step.value)},
                       {"difference", json_of(step.difference)}});
    protocols[explanation.protocol] = {{"pro", json_of(explanation.value)},
                                       {"of_ranks", json_of(explanation.of_ranks)},
                                       {"four_connected", json_of(explanation.four_connected)},
                                       {"words", explanation_in_words(comparison, explanation)},
                                       {"steps", steps}};
  }
  const nlohmann::ordered_json all = {
      {"limit", comparison.limit}, {"exact", json_of(comparison.exact)}, {"protocols", protocols}};
  return all.dump();
}

MapReport evaluate(const Stacks& maps, const OptionalStacks& masks, const BesideMaps& beside,
                   const std::vector<std::string>& words) {
  const MetricsSettings settings = metrics_settings(read_command_line({}, words));
  const GivenMaps given{maps, masks, beside};
  return evaluate_maps(given.pairs(settings.map_options()), settings);
}

Explained explain_given(const Stacks& maps, const OptionalStacks& masks, const BesideMaps& beside,
                        const std::vector<std::string>& words) {
  const ExplainSettings settings = explain_settings(read_command_line({}, words));
  const auto threads = static_cast<int>(settings.threads);
  const GivenMaps given{maps, masks, beside};
  const LoadedMaps loaded = load_all(given.pairs(settings.map_options()), threads);
  const ProComparison comparison = explain(loaded.scored(threads), settings.protocol, settings.limit);
  std::string text = explanation_as_text(comparison, "maps");
  for (const std::string& note : loaded.notes) text += note + "\n";
  return {std::move(text), explain_page(comparison, "maps"), as_json(comparison)};
}

/// Image scores with their labels, without maps: the image metrics of protocol exact.
MapReport evaluate_images(const std::vector<double>& scores, const std::vector<int64_t>& labels) {
  if (scores.size() != labels.size())
    throw_input("{} scores and {} labels: there must be one label for each", scores.size(), labels.size());
  const std::vector<float> stored(scores.begin(), scores.end());
  std::vector<uint8_t> anomalous;
  for (const int64_t label : labels) anomalous.push_back(label != 0);
  const ImageMetrics metrics = exact_image_metrics({stored, anomalous});
  using Kind = MapMetric::Kind;
  const auto row = [](const char* name, const char* heading, const Metric& value, Kind kind = Kind::percent) {
    return MapMetric{name, heading, kind, {value}, std::nullopt};
  };
  const auto count = [&](const char* name, const char* heading, int64_t value) {
    return row(name, heading, Metric::measured(static_cast<double>(value)), Kind::count);
  };
  MapReport report;
  report.sections = {
      {"metrics",
       "metrics",
       {"exact"},
       {row("image_auroc", "image AUROC", metrics.auroc), row("image_ap", "image AP", metrics.average_precision),
        row("image_f1", "image F1 (best)", metrics.best_f1),
        row("image_f1_threshold", "image F1 threshold", metrics.best_f1_threshold, Kind::number)}},
      {"counts",
       "counts",
       {"value"},
       {count("images", "images", std::ssize(labels)),
        count("anomalous_images", "anomalous images", std::count(anomalous.begin(), anomalous.end(), 1))}}};
  report.notes = {"image score: as given; there are no maps"};
  report.settings = {{"protocol_versions", fmt::format("exact {}", NamedProtocol("exact").version())}};
  return report;
}

}  // namespace

void add_metrics(nb::module_& module) {
  nb::class_<MapReport>(module, "MapReport", "what `adrep metrics` finds")
      .def(
          "as_format", [](const MapReport& report, const std::string& format) { return map_report_as(format, report); },
          nb::arg("format"), "text, csv, json, md, tex or html");
  nb::class_<Explained>(module, "Explained", "what `adrep metrics explain` finds")
      .def_ro("text", &Explained::text, "for a terminal")
      .def_ro("page", &Explained::page, "HTML")
      .def_ro("json", &Explained::json, "values and steps");
  module.def(
      "evaluate",
      [](const Stacks& maps, const OptionalStacks& masks, const std::vector<double>& image_scores,
         const std::vector<int64_t>& labels, const std::vector<std::string>& settings) {
        return released([&] { return evaluate(maps, masks, {image_scores, labels}, settings); });
      },
      nb::arg("maps"), nb::arg("masks"), nb::arg("image_scores"), nb::arg("labels"), nb::arg("settings"));
  module.def(
      "evaluate_images",
      [](const std::vector<double>& scores, const std::vector<int64_t>& labels) {
        return released([&] { return evaluate_images(scores, labels); });
      },
      nb::arg("scores"), nb::arg("labels"));
  module.def(
      "explain",
      [](const Stacks& maps, const OptionalStacks& masks, const std::vector<double>& image_scores,
         const std::vector<int64_t>& labels, const std::vector<std::string>& settings) {
        return released([&] { return explain_given(maps, masks, {image_scores, labels}, settings); });
      },
      nb::arg("maps"), nb::arg("masks"), nb::arg("image_scores"), nb::arg("labels"), nb::arg("settings"));
  module.def("protocols", &protocol_names, "the names of all protocols");
}

}  // namespace adrep::python
