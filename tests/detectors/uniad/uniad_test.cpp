#include "detectors/uniad/uniad.h"

#include <ATen/core/grad_mode.h>
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/training/adam.h"
#include "core/training/schedule.h"
#include "detectors/support.h"
#include "detectors/training/trainer.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

UniadShape golden_shape(const Golden& golden) {
  const at::Tensor& input = golden["input"];
  return {.channels = input.size(1),
          .height = input.size(2),
          .width = input.size(3),
          .hidden = golden["weights/input_proj.weight"].size(0),
          .heads = golden.description.at("heads").get<int64_t>(),
          .feedforward = golden.description.at("feedforward").get<int64_t>(),
          .encoder_layers = golden.description.at("encoder_layers").get<int64_t>(),
          .decoder_layers = golden.description.at("decoder_layers").get<int64_t>(),
          .neighbours = {golden.description.at("neighbor_size").at(0).get<int64_t>(),
                         golden.description.at("neighbor_size").at(1).get<int64_t>()}};
}

/// [B, C, H, W] -> [B, H·W, C]
at::Tensor tokens(const at::Tensor& x) {
  return x.flatten(2).transpose(1, 2);
}

void compare_uniad_with_golden(const at::Device& device) {
  auto golden = load_golden("uniad");
  const UniadShape shape = golden_shape(golden);
  UniadModel model = UniadModel::load(golden.below("weights/"), shape, "golden");
  model.to(device);
  const at::Tensor x = tokens(golden["input"]).to(device);
  for (const auto& [key, parameter] : model.parameters()) parameter.requires_grad_();

  const at::AutoGradMode recording(true);
  const at::Tensor rebuilt = model.reconstruct(x), loss = at::mse_loss(rebuilt, x);
  REQUIRE(relative_difference(rebuilt.detach(), tokens(golden["reconstruction"])) < 1e-4);
  REQUIRE(relative_difference(loss.detach(), golden["loss"]) < 1e-4);
  loss.backward();
  const TensorMap gradients = golden.below("gradient/"), after = golden.below("after_step/");
  REQUIRE(gradients.size() == model.parameters().size());
  for (const auto& [key, parameter] : model.parameters()) {
    CAPTURE(key);
    REQUIRE(relative_difference(parameter.grad(), gradients.at(key)) < 1e-4);
  }
  const auto number = [&](const char* key) { return golden.description.at(key).get<double>(); };
  Adam adam(model.parameters(), {.weight_decay = number("weight_decay"), .decay = WeightDecay::decoupled});
  REQUIRE(relative_difference(clip_gradients(model.parameters(), number("clip")), golden["gradient_norm"]) < 1e-4);
  adam.step(number("learning_rate"));
  for (const auto& [key, parameter] : model.parameters()) {
    CAPTURE(key);
    REQUIRE(relative_difference(parameter.detach(), after.at(key)) < 1e-4);
  }
}

/// The detector with the golden's weights, for its maps.
void compare_maps(const at::Device& device) {
  auto golden = load_golden("uniad");
  const UniadShape shape = golden_shape(golden);
  UniadParams params;
  params.hidden = shape.hidden;
  params.heads = shape.heads;
  params.feedforward = shape.feedforward;
  params.encoder_layers = shape.encoder_layers;
  params.decoder_layers = shape.decoder_layers;
  params.neighbours = shape.neighbours.rows;
  params.neighbour_columns = shape.neighbours.columns;
  TensorMap state{{"shapes", at::tensor({shape.channels, shape.height, shape.width}, at::kLong).view({1, 3})}};
  for (const auto& [key, tensor] : golden.below("weights/")) state["model/" + key] = tensor.to(device);
  Uniad uniad(params);
  uniad.load(state);
  const Scores scores =
      uniad.score({{golden["input"].to(device)}, shape.height * golden.description.at("stride").get<int64_t>()});
  REQUIRE(relative_difference(scores.maps, golden["map"].squeeze(1)) < 1e-4);
  REQUIRE(relative_difference(scores.image_scores, golden["image_scores"]) < 1e-4);
}

}  // namespace

TEST_CASE("UniAD equals the reference code", "[golden][uniad]") {
  compare_uniad_with_golden(at::kCPU);
  compare_maps(at::kCPU);
}

TEST_CASE("UniAD on CUDA equals the reference code", "[gpu][golden][uniad]") {
  compare_uniad_with_golden(cuda_device());
}

TEST_CASE("neighbour mask and jitter equal the reference code's", "[golden][uniad]") {
  auto golden = load_golden("uniad");
  const UniadShape shape = golden_shape(golden);
  REQUIRE(neighbour_mask(shape.height, shape.width, shape.neighbours).equal(golden["neighbor_mask"].to(at::kBool)));
  // the jitter's input is the golden's, tokens first
  const at::Tensor features = tokens(golden["input"]), noise = golden["jitter/noise"].transpose(0, 1);
  REQUIRE(relative_difference(jittered(features, noise, UniadParams{}.jitter),
                              golden["jitter/output"].transpose(0, 1)) < 1e-4);
}

TEST_CASE("UniAD's learning rates equal the reference code's", "[golden][uniad]") {
  auto golden = load_golden("schedule");
  const UniadParams params;
  const at::Tensor& expected = golden["expected64/uniad"];
  const MultiStepSchedule schedule{params.learning_rate, {params.drop_epoch}};
  for (int64_t epoch = 0; epoch < expected.size(0); ++epoch)
    REQUIRE(schedule.at(epoch) == Approx(expected[epoch].item<double>()).epsilon(1e-12));
}

TEST_CASE("the mask leaves out a rectangle around each position", "[uniad]") {
  for (const Neighbourhood& side : {Neighbourhood{3, 3}, {1, 5}, {5, 3}}) {
    const at::Tensor mask = neighbour_mask(4, 5, side);
    for (int64_t i = 0; i < 20; ++i)
      for (int64_t j = 0; j < 20; ++j)
        REQUIRE(mask[i][j].item<bool>() ==
                (std::abs(i / 5 - j / 5) <= side.rows / 2 && std::abs(i % 5 - j % 5) <= side.columns / 2));
  }
}

TEST_CASE("neighbours are as many as leave every position something to attend to", "[uniad]") {
  for (int64_t height = 1; height <= 9; ++height)
    for (int64_t width = 1; width <= 9; ++width) {
      CAPTURE(height, width);
      const auto leaves_something = [&](const Neighbourhood& side) {
        return neighbour_mask(height, width, side).logical_not().any(1).all().item<bool>();
      };
      int64_t expected = 0;
      for (int64_t side = 1; side <= 7; side += 2)
        if (leaves_something({side, side})) expected = side;
      const auto square = usable_neighbours(height, width, {7, 7});
      REQUIRE((square ? square->rows : 0) == expected);
      REQUIRE((!square || square->rows == square->columns));
      for (const Neighbourhood& wanted : {Neighbourhood{3, 7}, {7, 1}, {1, 3}}) {
        const auto usable = usable_neighbours(height, width, wanted);
        REQUIRE(usable.has_value() == (height * width > 1));
        if (usable)
          REQUIRE((leaves_something(*usable) && usable->rows <= wanted.rows && usable->columns <= wanted.columns));
        if (leaves_something(wanted)) REQUIRE(*usable == wanted);
      }
    }
}

TEST_CASE("initial parameters have the names and shapes that loading asks for", "[uniad]") {
  const UniadShape shape{.channels = 7,
                         .height = 3,
                         .width = 4,
                         .hidden = 8,
                         .heads = 2,
                         .feedforward = 12,
                         .encoder_layers = 2,
                         .decoder_layers = 3,
                         .neighbours = {3, 3}};
  Random random(1);
  const UniadModel model = UniadModel::random(shape, random);
  const UniadModel loaded = UniadModel::load(model.parameters(), shape, "x");
  REQUIRE(loaded.parameters().size() == model.parameters().size());
  const at::Tensor x = random_tensor({2, 12, 7}, 1);
  REQUIRE(loaded.reconstruct(x).equal(model.reconstruct(x)));
  TensorMap broken = model.parameters();
  broken["transformer.decoder.layers.2.learned_embed.weight"] = at::zeros({12, 7});
  REQUIRE_THROWS_WITH(UniadModel::load(broken, shape, "x"),
                      Catch::Contains("learned_embed") && Catch::Contains("[12, 8]"));
}

TEST_CASE("attention at a position sees everything but its neighbourhood", "[uniad]") {
  Random random(2);
  const UniadShape shape{.channels = 4,
                         .height = 5,
                         .width = 5,
                         .hidden = 8,
                         .heads = 2,
                         .feedforward = 8,
                         .encoder_layers = 1,
                         .decoder_layers = 1,
                         .neighbours = {3, 3}};
  const TensorMap weights = UniadModel::random(shape, random).parameters();
  const at::Tensor blocked = neighbour_mask(5, 5, {3, 3}), query = random_tensor({1, 25, 8}, 1);
  const auto attend = [&](const at::Tensor& x) {
    Dropout none;
    return masked_attention(weights, "transformer.encoder.layers.0.self_attn.", 2, query, x, x, blocked, none);
  };
  const at::Tensor x = random_tensor({1, 25, 8}, 2);
  at::Tensor changed = x.clone();
  changed[0][6].add_(5);  // row 1, column 1: in the neighbourhood of rows and columns 0 to 2
  const at::Tensor same = (attend(x) == attend(changed)).all(2)[0];
  for (int64_t i = 0; i < 25; ++i) REQUIRE(same[i].item<bool>() == (i / 5 <= 2 && i % 5 <= 2));
}

TEST_CASE("dropout zeroes its share, keeps the mean, and depends on the seed and the call", "[uniad]") {
  Dropout dropout(0.25, {5}), same(0.25, {5});
  const at::Tensor ones = at::ones({200, 300});
  const at::Tensor first = dropout(ones), second = dropout(ones);
  REQUIRE(first.eq(0).to(at::kDouble).mean().item<double>() == Approx(0.25).margin(0.01));
  REQUIRE(first.max().item<float>() == Approx(1 / 0.75));
  REQUIRE(first.equal(same(ones)));
  REQUIRE_FALSE(second.equal(first));
  Dropout none;
  REQUIRE(none(ones).equal(ones));
}

TEST_CASE("settings that do not fit are refused", "[uniad]") {
  UniadParams params;
  params.heads = 3;
  REQUIRE_THROWS_AS(Uniad(params), InputError);
  params = {};
  params.neighbours = 4;
  REQUIRE_THROWS_AS(Uniad(params), InputError);
}
