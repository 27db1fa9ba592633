#include "benchmarks/run/oracle_watch.h"

#include "benchmarks/run/image_scoring.h"
#include "benchmarks/run/model_selection.h"
#include "core/base/error.h"
#include "core/io/tensor_parts.h"

namespace adrep {
namespace {

using nlohmann::json;

const std::string oracle_prefix = "oracle/";

/// The metrics that are defined, by name.
json values_of(const std::vector<std::pair<std::string, Metric>>& metrics) {
  json values = json::object();
  for (const auto& [name, metric] : metrics)
    if (metric.defined()) values[name] = metric.value;
  return values;
}

}  // namespace

OracleWatch::OracleWatch(std::vector<OracleWay> ways, const PlannedCell& fitted, const Levels& test,
                         const GroundTruth& truth, const std::vector<Sample>& samples)
    : ways_(std::move(ways)), fitted_(fitted), test_(test), truth_(truth), samples_(samples) {}

json OracleWatch::look(const Detector& detector) {
  json seen = json::object();
  for (const OracleWay& way : ways_) {
    const auto other = with_parameters_of(*way.planned, detector, fitted_);
    const Scores scores = score_test_images(other ? *other : detector, test_, *way.planned, "").scores;
    const auto measured = [&](const std::string& protocol) {
      return evaluate(scores.maps, scores.image_scores, truth_, samples_, protocol);
    };
    json metrics = json::object();
    std::optional<double> exact;  // the epoch that is best does not depend on the protocols
    for (const std::string& protocol : way.protocols) {
      const auto values = measured(protocol);
      metrics[protocol] = values_of(values);
      if (protocol == "exact") exact = quality_of(values);
    }
    const double quality = exact ? *exact : quality_of(measured("exact"));
    const auto best = best_.find(way.name);
    if (best == best_.end() || quality > best->second.quality) best_[way.name] = {quality, copies_of(detector.state())};
    seen[way.name] = {{"quality", quality}, {"metrics", metrics}};
  }
  return {{"oracle", seen}};
}

const TensorMap& OracleWatch::best(const std::string& way) const {
  const auto place = best_.find(way);
  if (place == best_.end()) throw Error("selection=oracle: no epoch was seen");
  return place->second.state;
}

void OracleWatch::save(TensorMap& checkpoint) const {
  for (const auto& [way, kept] : best_) add_below(checkpoint, oracle_prefix + way + "/", kept.state);
}

bool OracleWatch::resume(const TensorMap& checkpoint, const json& epochs) {
  best_.clear();
  for (const OracleWay& way : ways_) {
    double quality = 0;
    bool first = true;
    for (const std::string& protocol : way.protocols) {
      const json lines = oracle_lines(epochs, way.name, protocol);
      if (lines.empty()) return false;
      for (const json& line : lines) {
        quality = first ? line.at("quality").get<double>() : std::max(quality, line.at("quality").get<double>());
        first = false;
      }
    }
    TensorMap state = tensors_below(checkpoint, oracle_prefix + way.name + "/");
    if (state.empty()) return false;
    best_[way.name] = {quality, std::move(state)};
  }
  return true;
}

json oracle_lines(const json& epochs, const std::string& way, const std::string& protocol) {
  json lines = json::array();
  for (const json& epoch : epochs) {
    const json seen = epoch.value("oracle", json::object()).value(way, json::object());
    const json metrics = seen.value("metrics", json::object());
    if (!metrics.contains(protocol)) return json::array();
    lines.push_back({{"epoch", epoch.at("epoch")},
                     {"loss", epoch.at("loss")},
                     {"quality", seen.at("quality")},
                     {"metrics", metrics.at(protocol)}});
  }
  return lines;
}

}  // namespace adrep
