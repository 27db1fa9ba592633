#include "detectors/glass/glass.h"

#include <ATen/core/grad_mode.h>

#include "core/io/tensor_parts.h"
#include "core/training/adam.h"
#include "detectors/feature_check.h"
#include "detectors/glass/drawn_anomalies.h"
#include "detectors/glass/glass_step.h"
#include "detectors/least_memory.h"
#include "detectors/patch_features.h"
#include "detectors/scoring/gaussian_smoothing.h"
#include "detectors/scoring/score_map.h"
#include "detectors/training/noise.h"
#include "detectors/training/trainer.h"

namespace adrep {
namespace {

constexpr int64_t glass_images_at_once = 16;
constexpr double adaptor_decay = 1e-5, discriminator_decay = 0.01;
constexpr double published_noise = 0.015, published_pretrained_noise = 0.005;
const std::string glass_model_prefix = "model/";

/// What a step keeps of one patch, roughly: normal, noisy and drawn features and hidden units, with gradients.
double bytes_of_patch(const GlassParams& params) {
  return sizeof(float) * (16.0 * static_cast<double>(params.dimension) + 14.0 * static_cast<double>(params.hidden));
}

}  // namespace

void GlassParams::declare(Schema<GlassParams>& s) {
  s.decides(Decides::fit);
  s.add(&GlassParams::levels, "levels").at_least(1).doc("how many of the last levels are used");
  s.add(&GlassParams::dimension, "dimension").at_least(1).at_most(65536).doc("width of a patch's features");
  s.add(&GlassParams::hidden, "hidden").at_least(1).at_most(65536).doc("hidden units of the discriminator");
  s.add(&GlassParams::adaptor, "adaptor")
      .one_of({"auto", "true", "false"})
      .doc("a trained linear map before the discriminator; auto as published: not with pretrained features");
  s.add(&GlassParams::noise, "noise")
      .at_least(0)
      .doc("deviation of the noise; 0: as published, 0.015, or 0.005 with pretrained features");
  s.add(&GlassParams::meta_epochs, "meta_epochs").at_least(1).doc("epochs; the centre is computed anew in each");
  s.add(&GlassParams::batch, "batch").at_least(1).doc("images of a step; the last of an epoch may have fewer");
  s.add(&GlassParams::samples, "samples").at_least(1).doc("an epoch ends after more than this many images");
  s.add(&GlassParams::learning_rate, "learning_rate")
      .more_than(0)
      .doc("Adam's rate of the adaptor, half the discriminator's");
  s.add(&GlassParams::ascent_steps, "ascent_steps").at_least(0).doc("steps that make noise more anomalous");
  s.add(&GlassParams::step_size, "step_size").at_least(0).doc("length of such a step");
  s.add(&GlassParams::radius_quantile, "radius_quantile")
      .at_least(0)
      .at_most(1)
      .doc("of the normal patches' distances to the centre");
  s.add(&GlassParams::hard_quantile, "hard_quantile")
      .at_least(0)
      .at_most(1)
      .doc("drawn patches with less error take no part");
  s.add(&GlassParams::sigma, "sigma").at_least(0).doc("Gaussian smoothing of the score map, pixels of the map");
  s.add(&GlassParams::textures, "textures")
      .path("https://www.robots.ox.ac.uk/~vgg/data/dtd")
      .example("dtd/images")
      .doc("folder of textures to draw with; empty: drawn ones");
  s.add(&GlassParams::patience, "patience")
      .at_least(0)
      .doc("stop after this many epochs without a better loss; 0: never");
}

/// Trains the model of a Glass (protocol §7).
class GlassTraining final : public Trainee {
 public:
  GlassTraining(Glass& glass, const FeatureSource& normals, const FitContext& context)
      : glass_(glass),
        params_(glass.params_),
        normals_(normals),
        context_(context),
        textures_(params_.textures),
        discriminator_({}, {}),
        adaptor_({}, {}) {
    batch_ = std::min(params_.batch, normals.size());
    prepare_patches();
    start_optimisers();
    const bool pretrained = context.features == "pretrained";
    noise_ = params_.noise > 0 ? params_.noise : pretrained ? published_pretrained_noise : published_noise;
    glass_.notes_ = {
        context.images ? textures_.description() : "anomalies: noise only (textures need the training images)",
        fmt::format("adaptor: {}, noise {}", glass_.model_->has_adaptor() ? "yes" : "no", noise_)};
  }

  int64_t steps() const override {
    return std::min((normals_.size() + batch_ - 1) / batch_, params_.samples / batch_ + 1);
  }

  void run(int64_t, uint64_t seed, const Step& step) override {
    Random random(seed);
    const std::vector<int64_t> order = random.sample(normals_.size(), normals_.size());
    const at::Tensor centre = centre_of_epoch(random);
    const GlassStepOptions options{params_.ascent_steps, params_.step_size, params_.radius_quantile,
                                   params_.hard_quantile};
    for (int64_t b = 0; b < steps(); ++b) {
      const std::vector<int64_t> chosen(order.begin() + b * batch_,
                                        order.begin() + std::min((b + 1) * batch_, normals_.size()));
      discriminator_.clear_gradients();
      adaptor_.clear_gradients();
      step(glass_step(*glass_.model_, make_batch(chosen, centre, random), options).loss);
      adaptor_.step(params_.learning_rate);
      discriminator_.step(2 * params_.learning_rate);
    }
  }

  void save(TensorMap& model, TensorMap& optimiser) const override {
    model = glass_.model_->state();
    add_below(optimiser, "discriminator/", discriminator_.state());
    add_below(optimiser, "adaptor/", adaptor_.state());
  }

  void load(const TensorMap& model, const TensorMap& optimiser, const std::string& source) override {
    glass_.model_ = GlassModel::load(model, params_.dimension, params_.hidden, glass_.model_->has_adaptor(), source);
    glass_.model_->to(context_.device);
    start_optimisers();
    discriminator_.load(tensors_below(optimiser, "discriminator/"), source);
    adaptor_.load(tensors_below(optimiser, "adaptor/"), source);
  }

 private:
  void start_optimisers() {
    const TensorMap discriminator = glass_.model_->discriminator_parameters();
    const TensorMap adaptor = glass_.model_->adaptor_parameters();
    for (const TensorMap& part : {discriminator, adaptor})
      for (const auto& [key, parameter] : part) parameter.requires_grad_();
    discriminator_ = Adam(discriminator, {.weight_decay = discriminator_decay, .decay = WeightDecay::decoupled});
    adaptor_ = Adam(adaptor, {.weight_decay = adaptor_decay});
  }

  int64_t positions() const { return glass_.grid().positions(); }

  /// Patches of frozen features are computed once where they fit into memory beside a step; their mean always.
  void prepare_patches() {
    const int64_t least = Glass::least_memory(params_, normals_.shapes(), normals_.size()).working;
    const int64_t bytes = 4 * normals_.size() * positions() * params_.dimension;
    if (bytes <= context_.memory_bytes - least)
      patches_ = at::empty({normals_.size(), positions(), params_.dimension},
                           at::TensorOptions(context_.device).dtype(at::kFloat));
    at::Tensor sum = at::zeros({positions(), params_.dimension}, at::TensorOptions(context_.device).dtype(at::kDouble));
    for (int64_t first = 0; first < normals_.size(); first += glass_images_at_once) {
      const int64_t count = std::min(glass_images_at_once, normals_.size() - first);
      const Levels levels = normals_.batch(first, count).to(context_.device);
      for (int64_t l = 0; l < levels.count(); ++l) require_finite(levels[l], l, first);
      const at::Tensor patches = glass_.patches(levels).view({count, positions(), params_.dimension});
      sum += patches.sum(0, /*keepdim=*/false, at::kDouble);
      if (patches_.defined()) patches_.narrow(0, first, count).copy_(patches);
      context_.observer.progress("patches", first + count, normals_.size());
    }
    sum_ = sum;
  }

  /// Mean over an epoch's batches of their mean adapted patch, by position [H·W, C]: images of a smaller last batch
  /// count for more. The adaptor is linear, so it may come after the mean.
  at::Tensor centre_of_epoch(Random& random) const {
    const at::NoGradGuard no_grad;
    const int64_t whole = normals_.size() / batch_, rest = normals_.size() % batch_;
    const auto batches = static_cast<double>(whole + (rest > 0)), size = static_cast<double>(batch_);
    at::Tensor mean = sum_ / (batches * size);
    if (rest > 0) {
      const at::Tensor last = normal_patches(random.sample(normals_.size(), rest)).view({rest, positions(), -1});
      mean += last.sum(0, /*keepdim=*/false, at::kDouble) * ((1 / static_cast<double>(rest) - 1 / size) / batches);
    }
    return glass_.model_->adapted(mean.to(at::kFloat));
  }

  at::Tensor normal_patches(const std::vector<int64_t>& chosen) const {
    std::vector<at::Tensor> parts;
    for (const int64_t image : chosen)
      parts.push_back(patches_.defined() ? patches_[image]
                                         : glass_.patches(normals_.batch(image, 1).to(context_.device)));
    return at::cat(parts);
  }

  GlassBatch make_batch(const std::vector<int64_t>& chosen, const at::Tensor& centre, Random& random) const {
    const at::NoGradGuard no_grad;
    GlassBatch batch;
    batch.centre = centre.repeat({std::ssize(chosen), 1});
    batch.normal = normal_patches(chosen);
    batch.noise = normal_noise(batch.normal.sizes(), random.next(), context_.device).mul_(noise_);
    if (!context_.images) return batch;
    const DrawnAnomalies drawn =
        draw_anomalies(*context_.images, textures_, chosen, glass_.grid().height, glass_.grid().width, random);
    batch.drawn = glass_.patches(drawn.levels.to(context_.device));
    batch.mask = drawn.patches.flatten().to(context_.device);
    return batch;
  }

  Glass& glass_;
  const GlassParams& params_;
  const FeatureSource& normals_;
  const FitContext& context_;
  TextureBank textures_;
  Adam discriminator_, adaptor_;
  at::Tensor patches_;  // [N, H·W, C], undefined when they are too many
  at::Tensor sum_;      // of all images, double [H·W, C]
  int64_t batch_ = 1;
  double noise_ = 0;
};

size_t Glass::first_level() const {
  const auto used = static_cast<size_t>(params_.levels);
  return shapes_.size() > used ? shapes_.size() - used : 0;
}

at::Tensor Glass::patches(const Levels& levels) const {
  const std::vector<at::Tensor> used(levels.maps.begin() + static_cast<std::ptrdiff_t>(first_level()),
                                     levels.maps.end());
  return patch_features(used, params_.dimension).flatten(0, 1);
}

void Glass::fit(const FeatureSource& normals, const FitContext& context) {
  require_images(normals);
  shapes_ = normals.shapes();
  require_memory<Glass>("glass", params_, normals, context);
  Random random(derive_seed(context.seed, "glass"));
  const bool adaptor = params_.adaptor == "auto" ? context.features != "pretrained" : params_.adaptor == "true";
  model_ = GlassModel::random(params_.dimension, params_.hidden, adaptor, random);
  model_->to(context.device);
  GlassTraining training(*this, normals, context);
  train(training, *this, {"glass", params_.meta_epochs, params_.patience}, context);
}

Scores Glass::score(const Levels& levels) const {
  ADREP_ASSERT(model_.has_value(), "GLASS scores before it is fitted");
  require_fitted_shapes(levels, shapes_);
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> parts;
  for (int64_t first = 0; first < levels.batch(); first += glass_images_at_once) {
    const int64_t count = std::min(glass_images_at_once, levels.batch() - first);
    const Levels part = levels.narrow(first, count);
    parts.push_back(model_->scores(model_->adapted(patches(part))).view({count, grid().height, grid().width}));
  }
  const at::Tensor patch_scores = at::cat(parts);
  const at::Tensor maps = upsample(patch_scores, levels.image_size, AlignCorners::no);
  const at::Tensor inside = inside_only(patch_scores, levels.content, levels.image_size);
  return {gaussian_smooth(maps, params_.sigma), inside.flatten(1).amax(1), {}, levels.content};
}

TensorMap Glass::state() const {
  TensorMap state{{"shapes", shapes_to_tensor(shapes_)}};
  for (const auto& [key, tensor] : model_->state()) state[glass_model_prefix + key] = tensor.detach();
  return state;
}

void Glass::load(const TensorMap& state) {
  std::vector<LevelShape> shapes = shapes_from_state(state, "shapes");
  if (shapes.empty()) throw_input("detector state: 'shapes' is empty");
  const TensorMap model = tensors_below(state, glass_model_prefix);
  const bool adaptor = params_.adaptor == "auto" ? GlassModel::holds_adaptor(model) : params_.adaptor == "true";
  model_ = GlassModel::load(model, params_.dimension, params_.hidden, adaptor, "detector state");
  shapes_ = std::move(shapes);
}

FitCost Glass::cost(const Params& params, const std::vector<LevelShape>& shapes, int64_t train, int64_t test) {
  const size_t used = std::min(shapes.size(), static_cast<size_t>(params.levels));
  const double positions = static_cast<double>(shapes[shapes.size() - used].positions());
  const double images = static_cast<double>(std::min(train, params.samples + params.batch));
  const double layer = 2.0 * static_cast<double>(params.dimension) * static_cast<double>(params.hidden);
  const double map = params.adaptor != "false" ? 2.0 * static_cast<double>(params.dimension * params.dimension) : 0;
  const double step = layer * (2.0 * static_cast<double>(params.ascent_steps) + 10) + 4 * map;
  FitCost cost;
  cost.flops =
      positions * (static_cast<double>(params.meta_epochs) * images * step + static_cast<double>(test) * layer);
  cost.bytes = positions * (bytes_of_patch(params) * static_cast<double>(params.batch) +
                            static_cast<double>(train * params.dimension) * sizeof(float));
  cost.drawn_images = static_cast<double>(params.meta_epochs) * images;
  return cost;
}

LeastMemory Glass::least_memory(const Params& params, const std::vector<LevelShape>& shapes, int64_t images) {
  const std::vector<LevelShape> levels = last_levels(shapes, params.levels);
  const int64_t positions = levels.front().positions(), batch = std::min(params.batch, images);
  const auto step = static_cast<int64_t>(bytes_of_patch(params) * static_cast<double>(batch * positions));
  const int64_t making = std::min(glass_images_at_once, images) * patch_features_bytes(levels, params.dimension);
  const int64_t sums = 8 * 3 * positions * params.dimension;  // of all images and of an epoch's last batch, in double
  const int64_t numbers = GlassModel::parameter_count(params.dimension, params.hidden, params.adaptor != "false");
  return {sums + std::max(step, making), trained_bytes(numbers)};
}

ADREP_DETECTOR("glass", Glass)
    .doc("a discriminator of normal patches against noise that its gradient guides, and drawn textures")
    .trained()
    .draws()
    .lighter({{"batch", "4"}, {"batch", "2"}, {"batch", "1"}})
    .scale_for_mvtec_ad("toothbrush", 329.0 / 288)
    .scale_for_mvtec_ad("wood", 329.0 / 288)
    .quick(
        {{"levels", "3"}, {"dimension", "24"}, {"hidden", "128"}, {"meta_epochs", "20"}, {"learning_rate", "0.004"}});

}  // namespace adrep
