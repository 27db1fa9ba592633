#pragma once
#include <map>
#include <memory>
#include <string>

#include "core/base/registry.h"
#include "core/base/schema.h"
#include "core/features/feature_source.h"
#include "core/io/safetensors.h"

namespace adrep {

/// What a detector says of a batch of images.
struct Scores {
  at::Tensor maps;          ///< [B, S, S] float32, larger is more anomalous
  at::Tensor image_scores;  ///< [B] float32
};

/// Told how fitting goes; may ask it to stop.
class FitObserver {
 public:
  virtual ~FitObserver() = default;
  /// `done` of `total` steps of the named stage; throws Interrupted when the user wants to stop.
  virtual void progress(const std::string& stage, int64_t done, int64_t total) = 0;
};

/// What fitting depends on besides features and parameters.
struct FitContext {
  FitObserver& observer;
  uint64_t seed = 0;
  at::Device device = at::kCPU;
  int64_t memory_bytes = int64_t{8} << 30;  ///< bound for working memory
};

/// An anomaly detector on features. Scores depend on the image alone: not on the rest of the batch nor on the test set.
class Detector {
 public:
  virtual ~Detector() = default;
  /// Learns from normal images. Throws Error with the reason when the features cannot be used (NaN, none, too large).
  virtual void fit(const FeatureSource& normals, const FitContext& context) = 0;
  /// levels [B, C_l, H_l, W_l] -> maps [B, S, S], image scores [B]; on the levels' device.
  virtual Scores score(const Levels& levels) const = 0;
  /// All that was learnt; load(state()) gives bit-equal scores.
  virtual TensorMap state() const = 0;
  virtual void load(const TensorMap& state) = 0;
};

/// What fitting and scoring a class needs, roughly: for --dry-run.
struct FitCost {
  double flops = 0;  ///< in units of matrix products' speed
  double bytes = 0;  ///< working memory beyond the features
};

/// A detector's parameters as the user gave them: name without the detector's prefix -> value.
using RawParams = std::map<std::string, RawValue>;

/// One registered detector: everything help, docs, configuration, plan and contract tests need.
struct DetectorEntry {
  std::string name, doc_text;
  const ParamList* params = nullptr;
  std::function<std::unique_ptr<Detector>(const RawParams&)> make;
  std::function<std::map<std::string, ParamValue>(const RawParams&)> resolve;  ///< all values, defaults included
  /// Cost for features of these shapes with so many training and test images.
  std::function<FitCost(const RawParams&, const std::vector<LevelShape>&, int64_t train, int64_t test)> cost;
  int64_t mvtec_ad_resize = 224;  ///< shorter side for MVTec AD images in the published evaluation (protocol §1)
  std::string published_post_step;  ///< step of the published evaluation over the whole test set, "" if none

  DetectorEntry& doc(std::string text) { return doc_text = std::move(text), *this; }
  DetectorEntry& resize_for_mvtec_ad(int64_t side) { return mvtec_ad_resize = side, *this; }
  DetectorEntry& post_step(std::string step) { return published_post_step = std::move(step), *this; }
};

using DetectorRegistry = Registry<DetectorEntry>;

/// Sets the given parameters, checked, in a default-made P. `prefix` is the detector's name, for messages.
template <class P>
P params_from(const RawParams& raw, const std::string& prefix) {
  P params;
  for (const auto& [name, value] : raw) {
    const Param* param = params_of<P>().find(name);
    if (!param) throw_input("{}: unknown key '{}.{}': {}", value.where, prefix, name, suggestion(name, params_of<P>().names()));
    param->set(&params, param->parse(value, prefix + "." + name));
  }
  return params;
}

/// Registers detector class D, made from D::Params; D::cost(params, shapes, train, test) estimates what it needs.
template <class D>
DetectorEntry& register_detector(const std::string& name) {
  using P = typename D::Params;
  DetectorEntry entry;
  entry.name = name;
  entry.params = &params_of<P>();
  entry.make = [name](const RawParams& raw) { return std::make_unique<D>(params_from<P>(raw, name)); };
  entry.resolve = [name](const RawParams& raw) {
    const P params = params_from<P>(raw, name);
    std::map<std::string, ParamValue> values;
    for (const Param& param : params_of<P>().all()) values[param.name] = param.get(&params);
    return values;
  };
  entry.cost = [name](const RawParams& raw, const std::vector<LevelShape>& shapes, int64_t train, int64_t test) {
    return D::cost(params_from<P>(raw, name), shapes, train, test);
  };
  return DetectorRegistry::instance().add(std::move(entry));
}

}  // namespace adrep

/// ADREP_DETECTOR("feature_norm", FeatureNorm).doc("norm of the features, no training");
#define ADREP_DETECTOR(name, type) \
  static const ::adrep::DetectorEntry& adrep_registered_detector = ::adrep::register_detector<type>(name)
