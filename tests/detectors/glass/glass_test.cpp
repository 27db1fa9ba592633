#include "detectors/glass/glass.h"

#include <ATen/Parallel.h>
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/io/tensor_parts.h"
#include "detectors/glass/drawn_anomalies.h"
#include "detectors/glass/glass_step.h"
#include "detectors/scoring/gaussian_smoothing.h"
#include "detectors/scoring/score_map.h"
#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.cpu() - b.cpu()).abs().max().item<double>();
}

void compare_evaluation(const Golden& golden, const std::string& tag, const GlassModel& model) {
  const at::Tensor patches = golden[tag + "true"].to(model.state().begin()->second.device()),
                   mask = golden[tag + "mask"];
  const at::Tensor scores =
      model.scores(model.adapted(patches.flatten(0, 1))).view({mask.size(0), mask.size(1), mask.size(2)});
  const at::Tensor maps =
      gaussian_smooth(upsample(scores, golden.description.at("size").get<int64_t>(), AlignCorners::no), 4);
  REQUIRE(relative_difference(maps, golden[tag + "eval_maps"]) < 1e-4);
  REQUIRE(relative_difference(scores.flatten(1).amax(1), golden[tag + "eval_image_scores"]) < 1e-4);
}

/// The bias before a BatchNorm has no gradient but rounding; AdamW makes a step of its sign (goldens' notes).
const std::string idle_bias = "discriminator.body.block1.0.bias";

void compare_states(const Golden& golden, const std::string& tag, const GlassModel& model) {
  for (const auto& [key, expected] : golden.below(tag + "after_step/")) {
    CAPTURE(key);
    const at::Tensor& actual = model.state().at(key);
    if (key == idle_bias)
      REQUIRE(largest_difference(actual.detach(), golden[tag + "weights/" + key]) <= 2.1e-4);
    else
      REQUIRE(relative_difference(actual.detach(), expected) < 1e-4);
  }
}

void compare_case_with_golden(const Golden& golden, const std::string& tag, const at::Device& device) {
  CAPTURE(tag);
  const at::Tensor normal = golden[tag + "true"].flatten(0, 1), mask = golden[tag + "mask"];
  const bool adaptor = golden.has(tag + "weights/pre_projection.layers.0fc.weight");
  const int64_t width = normal.size(1), hidden = golden.description.at("hidden").get<int64_t>();
  GlassModel model = GlassModel::load(golden.below(tag + "weights/"), width, hidden, adaptor, "golden");
  model.to(device);
  const TensorMap discriminator = model.discriminator_parameters(), projection = model.adaptor_parameters();
  for (const TensorMap& part : {discriminator, projection})
    for (const auto& [key, parameter] : part) parameter.requires_grad_();

  const GlassBatch batch{normal.to(device), golden[tag + "noise"].to(device),
                         golden[tag + "fake"].flatten(0, 1).to(device), mask.flatten().to(device),
                         golden[tag + "center"].repeat({mask.size(0), 1}).to(device)};
  const auto number = [&](const char* key) { return golden.description.at(key).get<double>(); };
  const GlassStepOptions options{golden.description.at("steps").get<int64_t>(), number("step_size"),
                                 number("radius_quantile"), number("hard_quantile")};
  const GlassStep step = glass_step(model, batch, options);
  REQUIRE(relative_difference(step.radius, golden[tag + "r_t"]) < 1e-4);
  REQUIRE(relative_difference(step.first_clamp, golden[tag + "global_after_5"]) < 1e-4);
  REQUIRE(largest_difference(step.global_anomalies, golden[tag + "global_anomalies"]) < 1e-4);
  REQUIRE(relative_difference(step.drawn_clamped, golden[tag + "fake_clamped"]) < 1e-4);
  REQUIRE(relative_difference(step.normal_scores, golden[tag + "true_scores"]) < 1e-4);
  REQUIRE(relative_difference(step.global_scores, golden[tag + "global_scores"]) < 1e-4);
  REQUIRE(relative_difference(step.drawn_scores, golden[tag + "fake_scores"]) < 1e-4);
  REQUIRE(relative_difference(step.bce, golden[tag + "bce"]) < 1e-4);
  REQUIRE(relative_difference(step.hard_threshold, golden[tag + "hard_threshold"]) < 1e-4);
  REQUIRE(relative_difference(step.focal, golden[tag + "focal"]) < 1e-4);
  REQUIRE(relative_difference(step.loss, golden[tag + "loss"]) < 1e-4);
  for (const auto& [key, expected] : golden.below(tag + "gradient/")) {
    CAPTURE(key);
    const at::Tensor gradient = model.state().at(key).grad();
    if (key == idle_bias)
      REQUIRE(gradient.abs().max().item<float>() < 1e-6F);
    else
      REQUIRE(relative_difference(gradient, expected) < 1e-4);
  }
  Adam(projection, {.weight_decay = 1e-5}).step(1e-4);
  Adam(discriminator, {.weight_decay = 0.01, .decay = WeightDecay::decoupled}).step(2e-4);
  compare_states(golden, tag, model);

  GlassModel after = GlassModel::load(golden.below(tag + "after_step/"), width, hidden, adaptor, "golden");
  after.to(device);
  compare_evaluation(golden, tag, after);
}

/// Every training iteration of the file, "raw/" and the like.
void compare_with_golden(const at::Device& device) {
  const Golden golden = load_golden("glass");
  for (const auto& [name, tensor] : golden.data.tensors)
    if (name.ends_with("/true")) compare_case_with_golden(golden, name.substr(0, name.size() - 4), device);
}

GlassParams small_glass_params() {
  GlassParams params;
  params.dimension = 12;
  params.hidden = 8;
  params.meta_epochs = 3;
  params.batch = 4;
  return params;
}

Levels small_glass_levels(int64_t images, uint64_t seed) {
  return {{random_tensor({images, 3, 6, 6}, seed), random_tensor({images, 5, 3, 3}, seed + 1)}, 24};
}

Glass fitted(const GlassParams& params, const FitContext& context) {
  Glass glass(params);
  glass.fit(MemoryFeatures(small_glass_levels(9, 1)), context);
  return glass;
}

/// Images that are their own features, pooled; counts what is asked of it.
struct FakeImages final : TrainingImages {
  at::Tensor image(int64_t index) const override { return random_tensor({3, 24, 24}, static_cast<uint64_t>(index)); }
  at::Tensor normalise(const at::Tensor& colours) const override { return (colours - 0.5) / 0.25; }
  Levels features(const at::Tensor& images) const override {
    passes += images.size(0);
    const at::Tensor first = at::adaptive_avg_pool2d(images, {6, 6});
    return {{first, at::adaptive_avg_pool2d(images, {3, 3}).repeat({1, 2, 1, 1}).narrow(1, 0, 5)}, 24};
  }
  mutable int64_t passes = 0;
};

}  // namespace

TEST_CASE("GLASS equals the reference code: a whole training iteration", "[golden][glass]") {
  compare_with_golden(at::kCPU);
}

TEST_CASE("GLASS on CUDA equals the reference code", "[gpu][golden][glass]") {
  compare_with_golden(cuda_device());
}

TEST_CASE("the ascent's gradient and statistics are those that a recorded forward pass gives", "[glass]") {
  Random random(1);
  GlassModel written = GlassModel::random(6, 5, false, random);
  GlassModel recorded = GlassModel::load(written.state(), 6, 5, false, "copy");
  const at::Tensor normal = random_tensor({70, 6}, 1) + 2;
  const at::Tensor noisy = random_tensor({150, 6}, 2).mul(3).requires_grad_();  // more rows than a core takes at once
  const at::Tensor gradient = GlassAscent(written, normal).gradient(noisy.detach());
  const at::Tensor scores = recorded.training_scores(at::cat({normal, noisy})).narrow(0, 70, 150);
  at::binary_cross_entropy(scores, at::ones_like(scores)).backward();
  REQUIRE(relative_difference(gradient, noisy.grad()) < 1e-4);
  for (const auto& [key, tensor] : recorded.state()) {
    CAPTURE(key);
    REQUIRE(relative_difference(written.state().at(key), tensor) < 1e-5);
  }
}

TEST_CASE("the number of threads changes nothing in the ascent", "[glass]") {
  Random random(1);
  const GlassModel model = GlassModel::random(6, 5, false, random);
  const at::Tensor normal = random_tensor({70, 6}, 1) + 2, noisy = random_tensor({150, 6}, 2).mul(3);
  const auto gradient = [&](int threads) {
    GlassModel copy = GlassModel::load(model.state(), 6, 5, false, "copy");
    at::set_num_threads(threads);
    return GlassAscent(copy, normal).gradient(noisy);
  };
  const int threads = at::get_num_threads();
  const at::Tensor one = gradient(1), three = gradient(3);
  at::set_num_threads(threads);
  REQUIRE(one.equal(three));
}

TEST_CASE("GLASS continued from a checkpoint is the same bit for bit", "[glass]") {
  const FakeImages images;
  Quiet quiet(3);
  quiet.context.images = &images;
  require_continues(quiet.context,
                    [](const FitContext& context) { return fitted(small_glass_params(), context).state(); });
}

TEST_CASE("adaptor and noise are those published for the kind of features, unless they are set", "[glass]") {
  const auto adaptor_and_note = [](const std::string& features, GlassParams params) {
    Quiet quiet(3);
    quiet.context.features = features;
    const Glass glass = fitted(params, quiet.context);
    return std::pair(GlassModel::holds_adaptor(tensors_below(glass.state(), "model/")), glass.notes().at(1));
  };
  GlassParams set = small_glass_params();
  set.adaptor = "true";
  set.noise = 0.5;
  REQUIRE(adaptor_and_note("raw", small_glass_params()) == std::pair(true, std::string("adaptor: yes, noise 0.015")));
  REQUIRE(adaptor_and_note("residual", small_glass_params()) ==
          std::pair(true, std::string("adaptor: yes, noise 0.015")));
  REQUIRE(adaptor_and_note("pretrained", small_glass_params()) ==
          std::pair(false, std::string("adaptor: no, noise 0.005")));
  REQUIRE(adaptor_and_note("pretrained", set) == std::pair(true, std::string("adaptor: yes, noise 0.5")));
  set.adaptor = "false";
  REQUIRE_FALSE(adaptor_and_note("raw", set).first);
}

TEST_CASE("anomalies are drawn inside the foreground where it is given", "[glass]") {
  struct Halves final : TrainingImages {
    at::Tensor image(int64_t) const override { return at::zeros({3, 24, 24}); }
    at::Tensor normalise(const at::Tensor& colours) const override { return colours; }
    Levels features(const at::Tensor& images) const override { return {{images.contiguous()}, 24}; }
    at::Tensor foreground(int64_t index) const override {
      at::Tensor left = at::zeros({24, 24});
      left.narrow(1, index == 0 ? 0 : 12, 12).fill_(1);
      return left;
    }
  } images;
  Random random(1);
  for (int round = 0; round < 20; ++round) {
    const DrawnAnomalies drawn = draw_anomalies(images, TextureBank(""), {0, 1}, 6, 6, random);
    REQUIRE(drawn.pixels[0].narrow(1, 12, 12).max().item<float>() == 0);
    REQUIRE(drawn.pixels[1].narrow(1, 0, 12).max().item<float>() == 0);
    REQUIRE((drawn.pixels[0].max().item<float>() == 1 && drawn.pixels[1].max().item<float>() == 1));
    REQUIRE(drawn.patches.equal(at::max_pool2d(drawn.pixels.unsqueeze(1), 4).squeeze(1)));
    const at::Tensor changed = drawn.levels[0].abs().sum(1).gt(0);
    REQUIRE(changed.logical_and(drawn.pixels.eq(0)).any().item<bool>() == false);
  }
}

TEST_CASE("with images GLASS draws anomalies, without it says so", "[glass]") {
  const FakeImages images;
  Quiet quiet(3);
  const Glass alone = fitted(small_glass_params(), quiet.context);
  REQUIRE_THAT(alone.notes().at(0), Catch::Contains("noise only"));
  quiet.context.images = &images;
  const Glass drawn = fitted(small_glass_params(), quiet.context);
  REQUIRE_THAT(drawn.notes().at(0), Catch::Contains("drawn"));
  REQUIRE(images.passes == 3 * 9);  // every image once an epoch: no other backbone pass
  REQUIRE_FALSE(drawn.state()
                    .at("model/discriminator.tail.0.weight")
                    .equal(alone.state().at("model/discriminator.tail.0.weight")));
}

TEST_CASE("patches that do not fit into memory are computed again, with the same result", "[glass]") {
  GlassParams params = small_glass_params();
  params.batch = 1;
  params.dimension = 64;
  Quiet quiet(3);
  const auto fit = [&] {
    Glass glass(params);
    glass.fit(MemoryFeatures(small_glass_levels(30, 1)), quiet.context);
    return glass.state();
  };
  const TensorMap kept = fit();
  const int64_t all = 30 * 36 * params.dimension * 4;
  const MemoryFeatures normals(small_glass_levels(30, 1));
  quiet.context.memory_bytes = Glass::least_memory(params, normals.shapes(), normals.size()).working + all - 1;
  const TensorMap again = fit();
  for (const auto& [key, tensor] : kept) {
    CAPTURE(key);
    REQUIRE(again.at(key).equal(tensor));
  }
  quiet.context.memory_bytes = 1000;
  REQUIRE_THROWS_WITH(fit(), Catch::Contains("glass needs"));
}
