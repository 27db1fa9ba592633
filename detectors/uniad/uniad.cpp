#include "detectors/uniad/uniad.h"

#include <ATen/core/grad_mode.h>

#include "core/io/tensor_parts.h"
#include "core/training/adam.h"
#include "core/training/schedule.h"
#include "detectors/feature_check.h"
#include "detectors/least_memory.h"
#include "detectors/scoring/score_map.h"
#include "detectors/training/noise.h"
#include "detectors/training/trainer.h"

namespace adrep {
namespace {

constexpr int64_t uniad_images_at_once = 16;  // in scoring
constexpr int64_t training_images_at_once = 2;
const std::string uniad_model_prefix = "model/";

/// Roughly what is kept of one image for the gradients.
double bytes_of_image(const UniadShape& shape) {
  const double t = static_cast<double>(shape.height * shape.width);
  const double attentions = static_cast<double>(shape.encoder_layers + 2 * shape.decoder_layers);
  const double layers = static_cast<double>(shape.encoder_layers + shape.decoder_layers);
  const double attention =
      12.0 * static_cast<double>(shape.heads) * t * t + 32.0 * t * static_cast<double>(shape.hidden);
  const double rest = 16.0 * t * static_cast<double>(shape.feedforward) + 40.0 * t * static_cast<double>(shape.hidden);
  return attentions * attention + layers * rest + 20.0 * t * static_cast<double>(shape.channels);
}

/// Multiply-adds ×2 of one image's reconstruction.
double forward_flops(const UniadShape& shape) {
  const double t = static_cast<double>(shape.height * shape.width), e = static_cast<double>(shape.hidden);
  const double attentions = static_cast<double>(shape.encoder_layers + 2 * shape.decoder_layers);
  const double layers = static_cast<double>(shape.encoder_layers + shape.decoder_layers);
  return 2 * t *
         (attentions * (4 * e * e + 2 * t * e) + layers * 2 * e * static_cast<double>(shape.feedforward) +
          2 * e * static_cast<double>(shape.channels));
}

/// The smallest level grid with at least so many positions, else the largest.
const LevelShape& common_grid(const std::vector<LevelShape>& shapes, int64_t positions) {
  const LevelShape* best = &shapes.front();
  for (const LevelShape& shape : shapes) {
    const bool enough = shape.positions() >= positions, best_enough = best->positions() >= positions;
    const bool smaller = shape.positions() < best->positions();
    if (enough ? (!best_enough || smaller) : (!best_enough && shape.positions() > best->positions())) best = &shape;
  }
  return *best;
}

}  // namespace

void UniadParams::declare(Schema<UniadParams>& s) {
  s.decides(Decides::fit);
  s.add(&UniadParams::hidden, "hidden").at_least(2).at_most(8192).doc("width of the transformer");
  s.add(&UniadParams::heads, "heads").at_least(1).doc("attention heads; they divide the width");
  s.add(&UniadParams::encoder_layers, "encoder_layers").at_least(1).at_most(64).doc("layers of the encoder");
  s.add(&UniadParams::decoder_layers, "decoder_layers").at_least(1).at_most(64).doc("layers of the decoder");
  s.add(&UniadParams::feedforward, "feedforward").at_least(1).at_most(65536).doc("width of the layers' MLP");
  s.add(&UniadParams::neighbours, "neighbours")
      .at_least(1)
      .doc(
          "odd number of rows of the rectangle around a position that attention leaves out; smaller on grids that it "
          "would cover");
  s.add(&UniadParams::neighbour_columns, "neighbour_columns")
      .at_least(0)
      .doc("odd number of its columns; 0: as many as rows, a square");
  s.add(&UniadParams::dropout, "dropout").at_least(0).at_most(0.99).doc("probability of dropout in training");
  s.add(&UniadParams::jitter, "jitter").at_least(0).doc("scale of the noise added to training features");
  s.add(&UniadParams::jitter_probability, "jitter_probability").at_least(0).at_most(1).doc("of jitter, a batch");
  s.add(&UniadParams::epochs, "epochs").at_least(1).doc("passes over the training images");
  s.add(&UniadParams::drop_epoch, "drop_epoch")
      .at_least(1)
      .doc("the rate is a tenth from this epoch on, counted from 0 (the published code asks for 800 and gets 801)");
  s.add(&UniadParams::batch, "batch").at_least(1).doc("images of a step; the rest of an epoch is left out");
  s.add(&UniadParams::learning_rate, "learning_rate").more_than(0).doc("AdamW's rate");
  s.add(&UniadParams::weight_decay, "weight_decay").at_least(0).doc("AdamW's weight decay");
  s.add(&UniadParams::clip, "clip").more_than(0).doc("largest norm of all gradients together");
  s.add(&UniadParams::grid, "grid")
      .at_least(1)
      .doc(
          "levels of different sizes are resized to the smallest grid with at least this many positions, else to the "
          "largest");
  s.add(&UniadParams::patience, "patience")
      .at_least(0)
      .doc("stop after this many epochs without a better loss; 0: never");
}

/// Trains the model of a Uniad (protocol §7).
class UniadTraining final : public Trainee {
 public:
  UniadTraining(Uniad& uniad, const FeatureSource& normals, const FitContext& context)
      : uniad_(uniad), params_(uniad.params_), normals_(normals), context_(context), adam_({}, {}) {
    batch_ = std::min(params_.batch, normals.size());
    images_at_once_ = images_at_once(context, bytes_of_image(uniad.model_->shape()));
    start_optimiser();
  }

  /// Images whose gradients are computed together. On a CPU always the same number, so that memory= changes no bit of
  /// the sums; an accelerator wants as many as fit.
  int64_t images_at_once(const FitContext& context, double bytes) const {
    if (context.device.is_cpu()) return std::min(training_images_at_once, batch_);
    return std::clamp<int64_t>(static_cast<int64_t>(static_cast<double>(context.memory_bytes) / bytes), 1, batch_);
  }

  int64_t steps() const override { return normals_.size() / batch_; }

  void run(int64_t epoch, uint64_t seed, const Step& step) override {
    const at::AutoGradMode recording(true);
    Random random(seed);
    const std::vector<int64_t> order = random.sample(normals_.size(), normals_.size());
    const double rate = MultiStepSchedule{params_.learning_rate, {params_.drop_epoch}}.at(epoch);
    for (int64_t b = 0; b < steps(); ++b) {
      adam_.clear_gradients();
      const bool jitter = random.uniform() <= params_.jitter_probability;
      at::Tensor loss = at::zeros({}, at::TensorOptions(context_.device));
      for (int64_t first = 0; first < batch_; first += images_at_once_) {
        const int64_t count = std::min(images_at_once_, batch_ - first);
        const at::Tensor features = gathered(order, b * batch_ + first, count);
        const double share = static_cast<double>(count) / static_cast<double>(batch_);
        std::vector<uint64_t> seeds;  // an image's own, so that they do not depend on how many go at once
        for (int64_t i = 0; i < count; ++i) seeds.push_back(random.next());
        const at::Tensor part = part_loss(features, jitter, seeds) * share;
        part.backward();
        loss += part.detach();
      }
      step(loss);
      clip_gradients(adam_.parameters(), params_.clip);
      adam_.step(rate);
    }
  }

  void save(TensorMap& model, TensorMap& optimiser) const override {
    model = uniad_.model_->parameters();
    optimiser = adam_.state();
  }

  void load(const TensorMap& model, const TensorMap& optimiser, const std::string& source) override {
    uniad_.model_ = UniadModel::load(model, uniad_.model_->shape(), source);
    uniad_.model_->to(context_.device);
    start_optimiser();
    adam_.load(optimiser, source);
  }

 private:
  void start_optimiser() {
    for (const auto& [key, parameter] : uniad_.model_->parameters()) parameter.requires_grad_();
    adam_ = Adam(uniad_.model_->parameters(), {.weight_decay = params_.weight_decay, .decay = WeightDecay::decoupled});
  }

  at::Tensor gathered(const std::vector<int64_t>& order, int64_t first, int64_t count) const {
    std::vector<at::Tensor> images;
    for (int64_t i = first; i < first + count; ++i)
      images.push_back(uniad_.tokens(normals_.batch(order[static_cast<size_t>(i)], 1).to(context_.device)));
    return at::cat(images);
  }

  at::Tensor part_loss(const at::Tensor& features, bool jitter, const std::vector<uint64_t>& seeds) const {
    at::Tensor input = features;
    if (jitter && params_.jitter > 0) {
      std::vector<uint64_t> of_jitter;
      for (const uint64_t seed : seeds) of_jitter.push_back(derive_seed(seed, "jitter"));
      input = jittered(features, normal_noise(features.sizes(), of_jitter, features.device()), params_.jitter);
    }
    return at::mse_loss(uniad_.model_->reconstruct(input, Dropout(params_.dropout, seeds)), features);
  }

  Uniad& uniad_;
  const UniadParams& params_;
  const FeatureSource& normals_;
  const FitContext& context_;
  Adam adam_;
  int64_t batch_ = 1, images_at_once_ = 1;
};

Uniad::Uniad(Params params) : params_(std::move(params)) {
  if (params_.hidden % 2 != 0 || params_.hidden % params_.heads != 0)
    throw_input("uniad.hidden={}: must be even and a multiple of heads={}", params_.hidden, params_.heads);
  if (params_.neighbours % 2 == 0) throw_input("uniad.neighbours={}: must be odd", params_.neighbours);
  if (params_.neighbour_columns != 0 && params_.neighbour_columns % 2 == 0)
    throw_input("uniad.neighbour_columns={}: must be odd, or 0", params_.neighbour_columns);
}

UniadShape Uniad::model_shape(const std::vector<LevelShape>& shapes) const {
  const LevelShape& grid = common_grid(shapes, params_.grid);
  UniadShape shape{.channels = 0,
                   .height = grid.height,
                   .width = grid.width,
                   .hidden = params_.hidden,
                   .heads = params_.heads,
                   .feedforward = params_.feedforward,
                   .encoder_layers = params_.encoder_layers,
                   .decoder_layers = params_.decoder_layers,
                   .neighbours = {params_.neighbours,
                                  params_.neighbour_columns > 0 ? params_.neighbour_columns : params_.neighbours}};
  for (const LevelShape& level : shapes) shape.channels += level.channels;
  return shape;
}

at::Tensor Uniad::tokens(const Levels& levels) const {
  const UniadShape& shape = model_->shape();
  std::vector<at::Tensor> aligned;
  for (const at::Tensor& map : levels.maps) {
    const bool same = map.size(2) == shape.height && map.size(3) == shape.width;
    aligned.push_back(same ? map : at::upsample_bilinear2d(map, {shape.height, shape.width}, /*align_corners=*/true));
  }
  return at::cat(aligned, 1).flatten(2).transpose(1, 2).contiguous();
}

void Uniad::fit(const FeatureSource& normals, const FitContext& context) {
  require_usable(normals);
  shapes_ = normals.shapes();
  const UniadShape shape = model_shape(shapes_);
  require_memory<Uniad>("uniad", params_, normals, context);
  Random random(derive_seed(context.seed, "uniad"));
  model_ = UniadModel::random(shape, random);
  model_->to(context.device);
  UniadTraining training(*this, normals, context);
  train(training, *this, {"uniad", params_.epochs, params_.patience}, context);
}

Scores Uniad::score(const Levels& levels) const {
  ADREP_ASSERT(model_.has_value(), "UniAD scores before it is fitted");
  require_fitted_shapes(levels, shapes_);
  const at::NoGradGuard no_grad;
  const UniadShape& shape = model_->shape();
  const at::Tensor all = tokens(levels);
  std::vector<at::Tensor> errors;
  for (int64_t first = 0; first < all.size(0); first += uniad_images_at_once) {
    const at::Tensor x = all.narrow(0, first, std::min(uniad_images_at_once, all.size(0) - first));
    const at::Tensor error = at::linalg_vector_norm(model_->reconstruct(x) - x, 2, at::IntArrayRef{2});
    errors.push_back(error.unflatten(1, {shape.height, shape.width}));
  }
  return scores_from_maps(upsample(at::cat(errors), levels.image_size, AlignCorners::yes), levels.content);
}

TensorMap Uniad::state() const {
  TensorMap state{{"shapes", shapes_to_tensor(shapes_)}};
  for (const auto& [key, parameter] : model_->parameters()) state[uniad_model_prefix + key] = parameter.detach();
  return state;
}

void Uniad::load(const TensorMap& state) {
  std::vector<LevelShape> shapes = shapes_from_state(state, "shapes");
  if (shapes.empty()) throw_input("detector state: 'shapes' is empty");
  model_ = UniadModel::load(tensors_below(state, uniad_model_prefix), model_shape(shapes), "detector state");
  model_->to(model_->parameters().begin()->second.device());
  shapes_ = std::move(shapes);
}

FitCost Uniad::cost(const Params& params, const std::vector<LevelShape>& shapes, int64_t train, int64_t test) {
  const UniadShape shape = Uniad(params).model_shape(shapes);
  const double passes = static_cast<double>(params.epochs) * static_cast<double>(train);
  return {forward_flops(shape) * (3 * passes + static_cast<double>(test)),
          bytes_of_image(shape) * static_cast<double>(params.batch)};
}

LeastMemory Uniad::least_memory(const Params& params, const std::vector<LevelShape>& shapes, int64_t images) {
  const UniadShape shape = Uniad(params).model_shape(shapes);
  const auto at_once = static_cast<double>(std::min({training_images_at_once, params.batch, images}));
  return {static_cast<int64_t>(at_once * bytes_of_image(shape)), trained_bytes(UniadModel::parameter_count(shape))};
}

ADREP_DETECTOR("uniad", Uniad)
    .doc("a transformer rebuilds the features from their distant surroundings; badly rebuilt is anomalous")
    .version(3)
    .trained()
    .lighter({{"batch", "1"}, {"hidden", "256"}})
    .quick({{"hidden", "16"},
            {"heads", "2"},
            {"encoder_layers", "1"},
            {"decoder_layers", "1"},
            {"feedforward", "16"},
            {"epochs", "2"}});

}  // namespace adrep
