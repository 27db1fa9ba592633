#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/base/machine_memory.h"
#include "core/base/registry.h"
#include "core/base/schema.h"
#include "core/features/feature_source.h"
#include "core/io/safetensors.h"

namespace adrep {

/// What a detector says of a batch of images.
struct Scores {
  at::Tensor maps;                ///< [B, S, S] float32, larger is more anomalous
  at::Tensor image_scores;        ///< [B] float32
  std::vector<at::Tensor> grids;  ///< what a step over the test set needs besides, [B, H_l, W_l] a level; mostly none
  at::Tensor content{};           ///< of the levels (levels.h): image scores are of what is not padding
};

/// How an epoch of training went.
struct EpochReport {
  std::string stage;  ///< the detector
  int64_t epoch = 0;  ///< from 0
  int64_t epochs = 0;
  double loss = 0;                       ///< mean over its steps
  double first_loss = 0, last_loss = 0;  ///< means over its first and last eighth
  std::optional<double> quality;         ///< of the model after it, where FitContext::quality is given
};

/// Told how fitting goes; may ask it to stop.
class FitObserver {
 public:
  virtual ~FitObserver() = default;
  /// `done` of `total` steps of the named stage; throws Interrupted when the user wants to stop.
  virtual void progress(const std::string& stage, int64_t done, int64_t total) = 0;
  /// After each epoch of a detector that is trained.
  virtual void epoch(const EpochReport&) {}
};

class Detector;

/// Features of images made during training, for detectors that draw anomalies into training images (GLASS).
class TrainingImages {
 public:
  virtual ~TrainingImages() = default;
  /// Training image `index` as the backbone sees it: [3, S, S] float32, normalised.
  virtual at::Tensor image(int64_t index) const = 0;
  /// Colours [0, 1] of RGB images [B, 3, S, S] normalised as the backbone's input.
  virtual at::Tensor normalise(const at::Tensor& colours) const = 0;
  /// Where the object is in training image `index`: [S, S] float32 of 0 and 1, or undefined when it is not known.
  virtual at::Tensor foreground(int64_t) const { return {}; }
  /// Levels of changed images [B, 3, S, S] in the representation that the detector is fitted on.
  virtual Levels features(const at::Tensor& images) const = 0;
};

/// What fitting depends on besides features and parameters.
struct FitContext {
  FitObserver& observer;
  uint64_t seed = 0;
  at::Device device = at::kCPU;
  int64_t memory_bytes = int64_t{8} << 30;  ///< bound for working memory
  int64_t state_bytes = machine_memory();   ///< bound for what is learnt, with a training's gradients and moments
  /// How good a detector is, larger is better. Where given, the model of the best epoch is kept instead of the last:
  /// on held-out images that is selection=validation.
  std::function<double(const Detector&)> quality = {};
  /// Called with the detector, able to score, after every epoch: to look at, without effect on the training.
  std::function<void(const Detector&)> inspect = {};
  /// Given all that continues training bit for bit, after every epoch, or where `checkpoint_due` is given after the
  /// last one and those for which it says so.
  std::function<void(const TensorMap&)> checkpoint = {};
  std::function<bool()> checkpoint_due = {};
  const TensorMap* resume = nullptr;       ///< what `checkpoint` was given, to continue from
  const TrainingImages* images = nullptr;  ///< images and backbone, where the caller has them
  std::string features = "raw";            ///< kind of the features: "raw", "residual" or "pretrained"
};

/// An anomaly detector on features. Scores depend on the image alone: not on the rest of the batch nor on the test set.
class Detector {
 public:
  virtual ~Detector() = default;
  /// Learns from normal images. Throws Error with the reason when the features cannot be used (NaN, none, too large).
  virtual void fit(const FeatureSource& normals, const FitContext& context) = 0;
  /// Learns from further normal images, as far as what it kept of the earlier ones allows; the context has the seed of
  /// the fit. False, and nothing done, where it cannot and has to be fitted anew (DetectorEntry::is_updatable). Asks
  /// for the memory that fitting on all the images would, the old model beside it. Throws as fit does, InputError for a
  /// state of an earlier version that lacks what this needs; then it is as it was.
  [[nodiscard]] virtual bool update(const FeatureSource&, const FitContext&) { return false; }
  /// levels [B, C_l, H_l, W_l] -> maps [B, S, S], image scores [B]; on the levels' device.
  virtual Scores score(const Levels& levels) const = 0;
  /// All that was learnt; load(state()) gives bit-equal scores. A loaded detector scores on the state's device.
  virtual TensorMap state() const = 0;
  virtual void load(const TensorMap& state) = 0;
  /// The step over the whole test set (detectors/scoring/post_steps.h) that the parameters ask for, "" mostly.
  virtual std::string post_step() const { return ""; }
  /// What a reader of the results should know about how it was fitted, one line each.
  virtual std::vector<std::string> notes() const { return {}; }
};

/// What fitting and scoring a class needs, roughly: for --dry-run.
struct FitCost {
  double flops = 0;         ///< in units of matrix products' speed
  double bytes = 0;         ///< working memory beyond the features
  double score_flops = 0;   ///< the part of `flops` that is scoring, where it is known
  double drawn_images = 0;  ///< images that are drawn and go through the backbone while it is fitted
};

/// The least that fitting needs, bytes. With less it is refused (least_memory.h), in a run before anything is computed.
struct LeastMemory {
  int64_t working = 0;  ///< beside the features and what is learnt: FitContext::memory_bytes
  int64_t learnt = 0;   ///< FitContext::state_bytes; of what is trained with its gradients and moments
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
  /// Of fitting on so many images of these shapes: what fit itself checks.
  std::function<LeastMemory(const RawParams&, const std::vector<LevelShape>&, int64_t images)> least_memory;
  int64_t mvtec_ad_resize = 224;    ///< shorter side for MVTec AD images in the published evaluation (protocol §1)
  std::string published_post_step;  ///< step of the published evaluation over the whole test set, "" if none
  RawParams quick_params;           ///< a training that fits a unit test, for the contract tests; mostly none
  bool is_trained = false;          ///< by epochs, with all that FitContext says of them
  bool draws_images = false;        ///< it makes use of FitContext::images
  bool is_position_free = false;    ///< a patch is scored alike wherever it lies, so that tiles of an image can be
  bool is_updatable = false;        ///< it learns from further images without the earlier ones: Detector::update
  int algorithm_version = 1;        ///< raised when a change gives other results, so that old ones are not reused
  /// Whether fitting draws random numbers, with these parameters (by their own names): else `seed` decides nothing.
  std::function<bool(const ParamTexts&)> is_random = [](const ParamTexts&) { return true; };
  /// Published factor by which the shorter side of classes of MVTec AD is resized larger before the crop (protocol §7).
  std::map<std::string, double> mvtec_ad_class_scale;

  /// A parameter and a value of it with which all goes faster, for --dry-run to suggest; mostly none.
  std::pair<std::string, std::string> faster_with;

  /// Parameters with values that need ever less memory, for refusals to suggest.
  std::vector<std::pair<std::string, std::string>> lighter_with;

  DetectorEntry& lighter(std::vector<std::pair<std::string, std::string>> values) {
    return lighter_with = std::move(values), *this;
  }
  DetectorEntry& faster(std::string param, std::string value) {
    return faster_with = {std::move(param), std::move(value)}, *this;
  }
  DetectorEntry& doc(std::string text) { return doc_text = std::move(text), *this; }
  DetectorEntry& resize_for_mvtec_ad(int64_t side) { return mvtec_ad_resize = side, *this; }
  DetectorEntry& post_step(std::string step) { return published_post_step = std::move(step), *this; }
  DetectorEntry& trained() { return is_trained = true, *this; }
  DetectorEntry& version(int number) { return algorithm_version = number, *this; }
  DetectorEntry& random_when(std::function<bool(const ParamTexts&)> holds) {
    return is_random = std::move(holds), *this;
  }
  DetectorEntry& draws() { return draws_images = true, *this; }
  DetectorEntry& position_free() { return is_position_free = true, *this; }
  DetectorEntry& updatable() { return is_updatable = true, *this; }
  DetectorEntry& scale_for_mvtec_ad(const std::string& class_name, double factor) {
    return mvtec_ad_class_scale[class_name] = factor, *this;
  }
  /// .quick({{"epochs", "2"}})
  DetectorEntry& quick(const std::map<std::string, std::string>& values) {
    for (const auto& [key, value] : values) quick_params[key] = {{value}, false, "quick"};
    return *this;
  }
};

using DetectorRegistry = Registry<DetectorEntry>;

/// Sets the given parameters, checked, in a default-made P. `prefix` is the detector's name, for messages.
template <class P>
P params_from(const RawParams& raw, const std::string& prefix) {
  P params;
  for (const auto& [name, value] : raw) {
    const Param* param = params_of<P>().find(name);
    if (!param)
      throw_input("{}: unknown key '{}.{}': {}", value.where, prefix, name, suggestion(name, params_of<P>().names()));
    param->set(&params, param->parse(value, prefix + "." + name));
  }
  return params;
}

/// Registers detector class D, made from D::Params; D::cost(params, shapes, train, test) estimates what it needs,
/// D::least_memory(params, shapes, images) says what it cannot do without.
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
  entry.least_memory = [name](const RawParams& raw, const std::vector<LevelShape>& shapes, int64_t images) {
    return D::least_memory(params_from<P>(raw, name), shapes, images);
  };
  return DetectorRegistry::instance().add(std::move(entry));
}

}  // namespace adrep

/// ADREP_DETECTOR("feature_norm", FeatureNorm).doc("norm of the features, no training");
#define ADREP_DETECTOR(name, type)                                                    \
  static const ::adrep::DetectorEntry& ADREP_UNIQUE_NAME(adrep_registered_detector) = \
      ::adrep::register_detector<type>(name)
