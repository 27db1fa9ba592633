#include "detectors/cflow/cflow.h"

#include <fmt/ranges.h>

#include "core/io/damaged.h"
#include "core/io/tensor_parts.h"
#include "core/training/adam.h"
#include "core/training/schedule.h"
#include "detectors/cflow/position_code.h"
#include "detectors/feature_check.h"
#include "detectors/least_memory.h"
#include "detectors/scoring/score_map.h"
#include "detectors/training/random_tensors.h"
#include "detectors/training/trainer.h"

namespace adrep {
namespace {

constexpr int64_t cflow_images_at_once = 16;

/// Vectors of every position: [B, C, H, W] -> [B·H·W, C], position fastest.
at::Tensor fibres_of(const at::Tensor& level) {
  return level.permute({0, 2, 3, 1}).reshape({-1, level.size(1)});
}

/// What a step holds of one level beside its rows: the vectors of a batch of images, in two layouts for a moment.
int64_t vector_bytes(const CflowParams& params, const LevelShape& shape, int64_t images) {
  return 2 * 4 * std::min(params.batch, images) * shape.positions() * shape.channels;
}

std::string level_prefix(size_t flow) {
  return fmt::format("level{}/", flow);
}

}  // namespace

void CflowParams::declare(Schema<CflowParams>& s) {
  s.decides(Decides::fit);
  s.add(&CflowParams::levels, "levels").at_least(1).doc("how many of the last levels are used");
  s.add(&CflowParams::blocks, "blocks").at_least(1).at_most(64).doc("coupling blocks of each level's flow");
  s.add(&CflowParams::condition, "condition")
      .at_least(4)
      .at_most(4096)
      .doc("width of the position code, a multiple of 4");
  s.add(&CflowParams::meta_epochs, "meta_epochs")
      .at_least(0)
      .doc("epochs; the learning rate changes from one to the next; 0: only the weights of decoders are evaluated");
  s.add(&CflowParams::sub_epochs, "sub_epochs").at_least(1).doc("passes over the training images in a meta-epoch");
  s.add(&CflowParams::batch, "batch")
      .at_least(1)
      .doc("images whose vectors are shuffled together; the rest is left out");
  s.add(&CflowParams::fibres, "fibres")
      .at_least(1)
      .doc("vectors of a training step; the remainder of a batch is left out");
  s.add(&CflowParams::learning_rate, "learning_rate").more_than(0).doc("Adam's rate, warmed up and then cosine");
  s.add(&CflowParams::log_scale, "log_scale")
      .one_of({"freia_0.2", "freia_2023"})
      .doc(
          "1.9 tanh(s) as FrEIA until release 0.2, which the published code pins, or 1.9 tanh(s / 1.9) since August "
          "2023");
  s.add(&CflowParams::normalise, "normalise")
      .one_of({"train", "test"})
      .doc("whose largest likelihoods scale the maps: training normals, or the whole test set as published");
  s.add(&CflowParams::legacy_zero_grad, "legacy_zero_grad")
      .doc("as torch 1.13: a level's step also moves the other levels by their momentum");
  s.add(&CflowParams::patience, "patience")
      .at_least(0)
      .doc("stop after this many meta-epochs without a better loss; 0: never");
  s.add(&CflowParams::decoders, "decoders")
      .path()
      .example("cflow.pth")
      .doc(
          "file with trained flows to start from: CFLOW-AD's own, anomalib's, or of adrep weights export; empty: none");
}

/// Trains the flows of a Cflow (protocol §7).
class CflowTraining final : public Trainee {
 public:
  CflowTraining(Cflow& cflow, const FeatureSource& normals, const FitContext& context)
      : cflow_(cflow), params_(cflow.params_), normals_(normals), context_(context), adam_({}, {}) {
    batch_ = std::min(params_.batch, normals.size());
    batches_ = normals.size() / batch_;
    schedule_.rate = params_.learning_rate;
    schedule_.epochs = params_.meta_epochs;
    schedule_.scaled_below = CflowParams{}.meta_epochs;
    collect_parameters();
  }

  int64_t steps() const override {
    int64_t steps = 0;
    for (size_t l = 0; l < cflow_.flows_.size(); ++l) steps += batch_ * cflow_.shape(l).positions() / step_fibres(l);
    return steps * batches_ * params_.sub_epochs;
  }

  void run(int64_t epoch, uint64_t seed, const Step& step) override {
    Random random(seed);
    const int64_t passes = params_.sub_epochs * batches_;
    for (int64_t pass = 0; pass < passes; ++pass) {
      if (pass % batches_ == 0) order_ = random.sample(normals_.size(), normals_.size());
      rate_ = schedule_.at(epoch, pass, passes);
      for (size_t l = 0; l < cflow_.flows_.size(); ++l) train_level(l, pass % batches_ * batch_, random, step);
    }
  }

  void save(TensorMap& model, TensorMap& optimiser) const override {
    model = cflow_.flow_state();
    optimiser = adam_.state();
  }

  void load(const TensorMap& model, const TensorMap& optimiser, const std::string& source) override {
    cflow_.flows_ = cflow_.read_flows(model, cflow_.shapes_, source);
    for (CouplingFlow& flow : cflow_.flows_) flow.to(context_.device);
    collect_parameters();
    adam_.load(optimiser, source);
    if (!params_.legacy_zero_grad) return;
    // zeros where there had been gradients before the break, so that the next step moves those parameters too
    for (const auto& [key, parameter] : adam_.parameters())
      if (optimiser.contains("step/" + key)) parameter.mutable_grad() = at::zeros_like(parameter);
  }

  void ready() override { cflow_.scale_to(normals_, context_.device); }

 private:
  void collect_parameters() {
    TensorMap all;
    levels_.assign(cflow_.flows_.size(), {});
    for (size_t l = 0; l < levels_.size(); ++l) {
      cflow_.flows_[l].trainable(levels_[l], level_prefix(l));
      all.insert(levels_[l].begin(), levels_[l].end());
    }
    adam_ = Adam(std::move(all), {});
  }

  int64_t step_fibres(size_t l) const { return std::min(params_.fibres, batch_ * cflow_.shape(l).positions()); }

  /// Vectors whose gradients are computed together. On a CPU always the same number, so that memory= changes no bit of
  /// the sums; an accelerator wants as many as fit.
  int64_t rows_at_once(const LevelShape& shape) const {
    if (context_.device.is_cpu()) return CouplingFlow::fewest_rows;
    const int64_t left = context_.memory_bytes - vector_bytes(params_, shape, normals_.size());
    return CouplingFlow::rows_in(left, shape.channels, params_.condition, params_.blocks);
  }

  /// All vectors of a batch of images in random order, a step for every `fibres` of them.
  void train_level(size_t l, int64_t first, Random& random, const Step& step) {
    const LevelShape& shape = cflow_.shape(l);
    const auto level = static_cast<int64_t>(cflow_.first_level() + l);
    std::vector<at::Tensor> images;
    for (int64_t i = first; i < first + batch_; ++i)
      images.push_back(normals_.level(level, order_[static_cast<size_t>(i)], 1).to(context_.device));
    const at::Tensor all = fibres_of(at::cat(images));  // [E, C]
    const int64_t count = step_fibres(l);
    const int64_t rows = rows_at_once(shape);
    const at::Tensor order = random_order(all.size(0), random).to(context_.device);
    for (int64_t start = 0; start + count <= all.size(0); start += count) {
      const at::Tensor chosen = order.narrow(0, start, count);
      clear_gradients(l);
      const Condition condition{cflow_.codes_[l], chosen.remainder(shape.positions())};
      step(cflow_.flows_[l].loss_and_gradients(all.index_select(0, chosen), condition, rows));
      adam_.step(rate_);
    }
  }

  /// Before a step of level l. torch 1.13 left zeros where gradients had been, so that Adam moved those parameters too.
  void clear_gradients(size_t l) {
    for (size_t k = 0; k < levels_.size(); ++k)
      for (const auto& [key, parameter] : levels_[k]) {
        at::Tensor& gradient = parameter.mutable_grad();
        if (!gradient.defined()) continue;
        if (params_.legacy_zero_grad && k != l)
          gradient.zero_();
        else
          gradient.reset();
      }
  }

  Cflow& cflow_;
  const CflowParams& params_;
  const FeatureSource& normals_;
  const FitContext& context_;
  WarmCosineSchedule schedule_;
  std::vector<TensorMap> levels_;  // trained parameters of each flow
  Adam adam_;
  std::vector<int64_t> order_;  // of the training images in this sub-epoch
  int64_t batch_ = 1, batches_ = 1;
  double rate_ = 0;
};

Cflow::Cflow(Params params) : params_(std::move(params)) {
  if (params_.condition % 4 != 0) throw_input("cflow.condition={}: must be a multiple of 4", params_.condition);
  if (params_.meta_epochs == 0 && params_.decoders.empty())
    throw_input(
        "cflow.meta_epochs=0: nothing would be trained: set 1 or more, or give trained flows: cflow.decoders=FILE");
}

size_t Cflow::first_level() const {
  const auto used = static_cast<size_t>(params_.levels);
  return shapes_.size() > used ? shapes_.size() - used : 0;
}

void Cflow::make_codes(const at::Device& device) {
  codes_.clear();
  for (size_t level = first_level(); level < shapes_.size(); ++level) {
    const at::Tensor code = position_code(params_.condition, shapes_[level].height, shapes_[level].width);
    codes_.push_back(code.flatten(1).t().contiguous().to(device));
  }
}

void Cflow::start(const std::vector<LevelShape>& shapes, uint64_t seed, const at::Device& device) {
  shapes_ = shapes;
  flows_.clear();
  for (size_t level = first_level(); level < shapes_.size(); ++level) {
    if (shapes_[level].channels < 2) throw_failure("CFLOW needs at least two channels, level {} has one", level);
    Random random(derive_seed(seed, fmt::format("cflow level {}", level)));
    flows_.push_back(
        CouplingFlow::random(shapes_[level].channels, params_.condition, params_.blocks, generation(), random));
    flows_.back().to(device);
  }
  make_codes(device);
}

void Cflow::read_decoders(const at::Device& device) {
  const FlowWeights weights = read_flow_weights(params_.decoders);
  if (!weights.log_scale.empty() && weights.log_scale != params_.log_scale)
    throw_input("{}: its flows were trained with log_scale={}: set cflow.log_scale={}", params_.decoders,
                printable(weights.log_scale), printable(weights.log_scale));
  std::vector<int64_t> channels;
  for (size_t l = 0; l < flows_.size(); ++l) channels.push_back(shape(l).channels);
  const std::string model = fmt::format("CFLOW with {} blocks and condition {} on levels of {} channels",
                                        params_.blocks, params_.condition, fmt::join(channels, ", "));
  const TensorMap expected = flow_weights_of(flow_state(), params_.log_scale).tensors;
  const TensorMap checked = checked_flow_weights(weights, expected, model, params_.decoders);
  TensorMap state;
  for (size_t l = 0; l < flows_.size(); ++l)
    add_below(state, level_prefix(l), tensors_below(checked, decoder_prefix(l)));
  flows_ = read_flows(state, shapes_, params_.decoders);
  for (CouplingFlow& flow : flows_) flow.to(device);
}

void Cflow::fit(const FeatureSource& normals, const FitContext& context) {
  require_images(normals);
  require_memory<Cflow>("cflow", params_, normals, context);
  require_usable(normals);
  start(normals.shapes(), context.seed, context.device);
  if (!params_.decoders.empty()) read_decoders(context.device);
  CflowTraining training(*this, normals, context);
  train(training, *this, {"cflow", params_.meta_epochs, params_.patience}, context);
}

std::vector<at::Tensor> Cflow::log_likelihoods(const Levels& levels) const {
  std::vector<at::Tensor> grids;
  for (size_t l = 0; l < flows_.size(); ++l) {
    const at::Tensor& level = levels.maps[first_level() + l];
    std::vector<at::Tensor> parts;
    for (int64_t first = 0; first < level.size(0); first += cflow_images_at_once) {
      const int64_t count = std::min(cflow_images_at_once, level.size(0) - first);
      const at::Tensor positions = at::arange(shape(l).positions(), at::TensorOptions(level.device()).dtype(at::kLong));
      const at::Tensor likelihood =
          flows_[l].log_likelihood(fibres_of(level.narrow(0, first, count)), {codes_[l], positions.repeat({count})});
      parts.push_back(likelihood.view({count, shape(l).height, shape(l).width}));
    }
    grids.push_back(at::cat(parts));
  }
  return grids;
}

void Cflow::scale_to(const FeatureSource& normals, const at::Device& device) {
  std::vector<std::vector<at::Tensor>> parts(flows_.size());
  for (int64_t first = 0; first < normals.size(); first += cflow_images_at_once) {
    const Levels levels = normals.batch(first, std::min(cflow_images_at_once, normals.size() - first)).to(device);
    const std::vector<at::Tensor> grids = log_likelihoods(levels);
    for (size_t l = 0; l < grids.size(); ++l) parts[l].push_back(grids[l]);
  }
  std::vector<at::Tensor> all;
  for (const std::vector<at::Tensor>& part : parts) all.push_back(at::cat(part));
  scale_ = likelihood_scale(all, normals.image_size());
}

Scores Cflow::score(const Levels& levels) const {
  ADREP_ASSERT(scale_.top.defined(), "CFLOW scores before it is fitted");
  require_fitted_shapes(levels, shapes_);
  std::vector<at::Tensor> grids = log_likelihoods(levels);
  Scores scores = scores_from_maps(likelihood_maps(grids, scale_, levels.image_size), levels.content);
  scores.grids = std::move(grids);
  return scores;
}

TensorMap Cflow::flow_state() const {
  TensorMap state;
  for (size_t l = 0; l < flows_.size(); ++l) flows_[l].save(state, level_prefix(l));
  return state;
}

FlowWeights flow_weights_of(const TensorMap& state, const std::string& log_scale) {
  FlowWeights weights{{}, log_scale};
  for (size_t l = 0;; ++l) {
    const TensorMap flow = tensors_below(state, level_prefix(l));
    if (flow.empty()) return weights;
    add_below(weights.tensors, decoder_prefix(l), flow);
  }
}

std::vector<std::string> Cflow::notes() const {
  if (params_.decoders.empty()) return {};
  const std::string file = std::filesystem::path(params_.decoders).filename().string();
  if (params_.meta_epochs == 0) return {fmt::format("flows: of {}, not trained here", file)};
  return {fmt::format("flows: of {}, trained on", file)};
}

TensorMap Cflow::state() const {
  TensorMap state = flow_state();
  state["shapes"] = shapes_to_tensor(shapes_);
  state["scale/level_max"] = scale_.level_max;
  state["scale/top"] = scale_.top;
  return state;
}

std::vector<CouplingFlow> Cflow::read_flows(const TensorMap& state, const std::vector<LevelShape>& shapes,
                                            const std::string& source) const {
  std::vector<CouplingFlow> flows;
  const size_t used = std::min(shapes.size(), static_cast<size_t>(params_.levels));
  for (size_t l = 0; l < used; ++l)
    flows.push_back(CouplingFlow::load(state, level_prefix(l), shapes[shapes.size() - used + l].channels,
                                       params_.condition, params_.blocks, generation(), source));
  return flows;
}

void Cflow::load(const TensorMap& state) {
  std::vector<LevelShape> shapes = shapes_from_state(state, "shapes");
  std::vector<CouplingFlow> flows = read_flows(state, shapes, "detector state");
  const LikelihoodScale scale{state_tensor(state, "scale/level_max", 1), state_tensor(state, "scale/top", 1)};
  if (flows.empty() || scale.level_max.size(0) != static_cast<int64_t>(flows.size()) || scale.top.size(0) != 1)
    throw_input("detector state: 'scale' does not fit its {} levels", flows.size());
  shapes_ = std::move(shapes);
  flows_ = std::move(flows);
  scale_ = scale;
  make_codes(tensors_below(state, level_prefix(0)).begin()->second.device());
}

FitCost Cflow::cost(const Params& params, const std::vector<LevelShape>& shapes, int64_t train, int64_t test) {
  FitCost cost;
  const size_t used = std::min(shapes.size(), static_cast<size_t>(params.levels));
  const double passes = static_cast<double>(params.meta_epochs * params.sub_epochs * train);
  for (size_t l = shapes.size() - used; l < shapes.size(); ++l) {
    const double c = static_cast<double>(shapes[l].channels), positions = static_cast<double>(shapes[l].positions());
    const double width = c / 2 + static_cast<double>(params.condition), blocks = static_cast<double>(params.blocks);
    const double subnet = 2 * blocks * (width * c + 2 * width * c), rotation = 2 * blocks * c * c;
    cost.flops += positions * (passes * (3 * subnet + 2 * rotation) + static_cast<double>(test) * (subnet + rotation));
    const int64_t a_row = CouplingFlow::bytes_a_row(shapes[l].channels, params.condition, params.blocks);
    const int64_t rows = std::min({params.fibres, CouplingFlow::fewest_rows, shapes[l].positions() * train});
    cost.bytes = std::max(cost.bytes, static_cast<double>(rows * a_row));
  }
  return cost;
}

LeastMemory Cflow::least_memory(const Params& params, const std::vector<LevelShape>& shapes, int64_t images) {
  LeastMemory least;
  for (const LevelShape& shape : last_levels(shapes, params.levels)) {
    const int64_t a_row = CouplingFlow::bytes_a_row(shape.channels, params.condition, params.blocks);
    const int64_t step = std::min(params.fibres, std::min(params.batch, images) * shape.positions());
    const int64_t training = vector_bytes(params, shape, images) + std::min(step, CouplingFlow::fewest_rows) * a_row;
    const int64_t scoring = std::min(cflow_images_at_once, images) * shape.positions() *
                            CouplingFlow::bytes_a_scored_row(shape.channels, params.condition);
    least.working = std::max({least.working, training, scoring});
    least.learnt += CouplingFlow::learnt_bytes(shape.channels, params.condition, params.blocks);
  }
  return least;
}

ADREP_DETECTOR("cflow", Cflow)
    .doc("a normalising flow of each level's features, conditioned on their position")
    .trained()
    .version(3)
    .lighter({{"batch", "8"}, {"batch", "1"}})
    .random_when([](const ParamTexts& texts) { return texts("meta_epochs") != "0"; })
    .post_step("likelihood")
    .quick({{"meta_epochs", "2"}, {"sub_epochs", "1"}, {"blocks", "2"}, {"condition", "8"}, {"fibres", "64"}});

}  // namespace adrep
