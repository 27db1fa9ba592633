#include "benchmarks/run/oracle_watch.h"

#include "benchmarks/run/image_scoring.h"
#include "benchmarks/run/model_selection.h"
#include "core/base/error.h"
#include "core/io/tensor_parts.h"

namespace adrep {
namespace {

using nlohmann::json;

const std::string oracle_prefix = "oracle/", oracle_scores_prefix = "oracle_scores/";

/// Image AUROC, below 0 where it is undefined. It is the same by every protocol.
double image_auroc_of(const json& values) {
  return values.value("image_auroc", -0.5);
}

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
    Kept& best = best_[way.name];
    if (best.state.empty() || quality > best.quality) {
      best.quality = quality;
      best.state = copies_of(detector.state());
    }
    if (const double auroc = image_auroc_of(metrics.front()); auroc > best.image_auroc) {
      best.image_auroc = auroc;
      best.image_scores = scores.image_scores.clone();
    }
    seen[way.name] = {{"quality", quality}, {"metrics", metrics}};
  }
  return {{"oracle", seen}};
}

const OracleWatch::Kept& OracleWatch::kept_of(const std::string& way) const {
  const auto place = best_.find(way);
  if (place == best_.end()) throw Error("selection=oracle: no epoch was seen");
  return place->second;
}

const TensorMap& OracleWatch::best(const std::string& way) const {
  return kept_of(way).state;
}

const at::Tensor& OracleWatch::best_image_scores(const std::string& way) const {
  return kept_of(way).image_scores;
}

void OracleWatch::save(TensorMap& checkpoint) const {
  for (const auto& [way, kept] : best_) {
    add_below(checkpoint, oracle_prefix + way + "/", kept.state);
    checkpoint[oracle_scores_prefix + way] = kept.image_scores;
  }
}

bool OracleWatch::resume(const TensorMap& checkpoint, const json& epochs) {
  best_.clear();
  for (const OracleWay& way : ways_) {
    Kept kept;
    for (const std::string& protocol : way.protocols) {
      const json lines = oracle_lines(epochs, way.name, protocol);
      if (lines.empty()) return false;
      for (const json& line : lines) {
        kept.quality = std::max(kept.quality, line.at("quality").get<double>());
        kept.image_auroc = std::max(kept.image_auroc, image_auroc_of(line.at("metrics")));
      }
    }
    kept.state = tensors_below(checkpoint, oracle_prefix + way.name + "/");
    const auto scores = checkpoint.find(oracle_scores_prefix + way.name);
    if (kept.state.empty() || scores == checkpoint.end()) return false;
    kept.image_scores = scores->second;
    best_[way.name] = std::move(kept);
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
