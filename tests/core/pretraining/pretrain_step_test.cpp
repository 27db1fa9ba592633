#include "core/pretraining/pretrain_step.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/training/adam.h"
#include "support/cuda.h"
#include "support/golden.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

namespace {

PretrainBatch batch_of(const Golden& golden, const std::string& step, int64_t levels, const at::Device& device) {
  PretrainBatch batch;
  batch.masks = golden[step + "/mask"].to(device);
  for (int64_t l = 0; l < levels; ++l) {
    batch.view1.maps.push_back(golden[step + "/view1/" + std::to_string(l)].to(device));
    batch.view2.maps.push_back(golden[step + "/view2/" + std::to_string(l)].to(device));
  }
  for (int64_t i = 0; i < batch.masks.size(0); ++i) {
    batch.references.emplace_back();
    for (int64_t l = 0; l < levels; ++l)
      batch.references.back().push_back(
          golden[step + "/references/" + std::to_string(i) + "/" + std::to_string(l)].to(device));
  }
  return batch;
}

/// Every weight within 2e-6 of the expected one, but for those whose gradient is rounding noise, which Adam's first
/// step turns into a step of full length.
void compare_weights(const TensorMap& weights, const Golden& golden, const std::string& prefix,
                     std::map<std::string, at::Tensor>& noisy) {
  for (const auto& [key, weight] : weights) {
    INFO(prefix << key);
    const at::Tensor noise = weight.grad().abs().lt(1e-6).cpu();
    noisy[key] = noisy.contains(key) ? noisy.at(key).logical_or(noise) : noise;
    const at::Tensor difference = (weight.detach().cpu() - golden[prefix + key]).abs();
    REQUIRE(at::where(noisy.at(key), 0, difference).max().item<double>() < 2e-6);
  }
}

void compare_step_with_golden(const at::Device& device) {
  auto golden = load_golden("pretrain_step");
  TensorMap weights;
  for (const auto& [name, tensor] : golden.data.tensors)
    if (name.starts_with("before/"))
      weights[name.substr(7)] = tensor.to(at::TensorOptions(device), false, true).requires_grad_();
  const int64_t levels = golden["centers"].size(0);
  std::vector<at::Tensor> centers;
  for (int64_t l = 0; l < levels; ++l) centers.push_back(golden["centers"][l].to(device));
  PretrainStepParams params;
  params.projector.references = weights.at("l1_proj.x_ref").size(1);
  Adam adam(weights, {.weight_decay = golden.description["weight_decay"]});
  std::map<std::string, at::Tensor> noisy;
  for (int step = 1; golden.has("step" + std::to_string(step) + "/total"); ++step) {
    const std::string name = "step" + std::to_string(step);
    const PretrainBatch batch = batch_of(golden, name, levels, device);
    const Levels inputs = pretrain_inputs(batch, params);
    adam.clear_gradients();
    const PretrainLosses losses = pretrain_losses(batch, weights, centers, params);
    for (int64_t l = 0; l < levels; ++l) {
      const auto expected = [&](const std::string& what) {
        return golden[name + "/" + what + "/" + std::to_string(l)];
      };
      REQUIRE(relative_difference(inputs[l].narrow(0, 0, batch.masks.size(0)), expected("residual1")) < 1e-5);
      const LevelLoss& loss = losses.levels[static_cast<size_t>(l)];
      REQUIRE(relative_difference(loss.angle.detach(), expected("angle")) < 1e-5);
      REQUIRE(relative_difference(loss.norm1.detach(), expected("norm1")) < 1e-5);
      REQUIRE(relative_difference(loss.norm2.detach(), expected("norm2")) < 1e-5);
    }
    REQUIRE(relative_difference(losses.total.detach(), golden[name + "/total"]) < 1e-5);
    losses.total.backward();
    adam.step(golden.description["learning_rate"]);
    compare_weights(weights, golden, name + "/after/", noisy);
  }
  REQUIRE(noisy.size() == weights.size());
}

/// Two images of two levels with two and three references.
PretrainBatch small_batch() {
  PretrainBatch batch;
  batch.view1.maps = {normal_tensor({2, 8, 4, 4}, 1), normal_tensor({2, 16, 2, 2}, 2)};
  batch.view2.maps = {batch.view1[0] + normal_tensor({2, 8, 4, 4}, 3, 0.2),
                      batch.view1[1] + normal_tensor({2, 16, 2, 2}, 4, 0.2)};
  batch.references = {{normal_tensor({2 * 16, 8}, 5), normal_tensor({2 * 4, 16}, 6)},
                      {normal_tensor({3 * 16, 8}, 7), normal_tensor({3 * 4, 16}, 8)}};
  batch.masks = at::zeros({2, 1, 56, 56});
  batch.masks.slice(2, 0, 28).slice(3, 0, 28).fill_(1);
  return batch;
}

/// Total loss of `steps` steps of one batch, the first and the last.
std::pair<double, double> overfit(const PretrainStepParams& params, int steps) {
  const PretrainBatch batch = small_batch();
  TensorMap weights = initial_projector(params.projector, {8, 16}, 1);
  for (auto& [key, weight] : weights) weight.requires_grad_();
  Adam adam(weights, {});
  double first = 0, last = 0;
  for (int step = 0; step < steps; ++step) {
    adam.clear_gradients();
    const PretrainLosses losses = pretrain_losses(batch, weights, {at::zeros({8}), at::zeros({16})}, params);
    losses.total.backward();
    adam.step(2e-3);
    last = losses.total.item<double>();
    if (step == 0) first = last;
  }
  return {first, last};
}

}  // namespace

TEST_CASE("pretraining: two whole steps of the reference code", "[golden][pretraining]") {
  compare_step_with_golden(at::kCPU);
}

TEST_CASE("pretraining: two whole steps of the reference code on CUDA", "[gpu][golden][pretraining]") {
  compare_step_with_golden(cuda_device());
}

TEST_CASE("pretraining: every projector architecture learns a tiny batch, by residuals and without",
          "[slow][pretraining]") {
  for (const auto& [name, entry] : ProjectorRegistry::instance().all())
    for (const bool residuals : {true, false}) {
      if (name == "none") continue;  // it has no weights
      PretrainStepParams params;
      params.projector.architecture = name;
      params.projector.references = 12;
      params.residual = residuals;
      const auto [first, last] = overfit(params, 25);
      INFO(name << ": " << first << " -> " << last);
      REQUIRE(last < 0.9 * first);
    }
}

TEST_CASE("pretraining: overfitting a tiny set drives the norm loss below its bound", "[slow][pretraining]") {
  PretrainStepParams params;
  params.projector.references = 12;
  params.loss.use_angle = false;
  const auto [first, last] = overfit(params, 300);
  INFO(first << " -> " << last);
  REQUIRE(first > 4);
  // a group is empty and counts 0, or its mean is at least that of features on their limit, ln 2: the bound allows two
  // groups near their limits in each of two levels and views
  REQUIRE(last < 4 * 1.5);
}

TEST_CASE("pretraining: without projector the losses are those of the inputs", "[pretraining]") {
  const PretrainBatch batch = small_batch();
  PretrainStepParams params;
  params.projector.architecture = "none";
  const Levels inputs = pretrain_inputs(batch, params);
  const PretrainLosses losses = pretrain_losses(batch, {}, {at::zeros({8}), at::zeros({16})}, params);
  double expected = 0;
  for (int64_t l = 0; l < 2; ++l) {
    const auto view = [&](int64_t from) {
      return inputs[l].narrow(0, from, 2).permute({0, 2, 3, 1}).reshape({-1, inputs[l].size(1)});
    };
    const int64_t side = inputs[l].size(2);
    const at::Tensor labels = counted_patch_labels(batch.masks, side, side).flatten();
    expected += level_loss(view(0), view(2), labels, labels, at::zeros({inputs[l].size(1)})).total.item<double>();
  }
  REQUIRE(losses.total.item<double>() == Approx(expected));
}

TEST_CASE("pretraining: batches whose parts do not fit are refused", "[pretraining]") {
  const std::vector<at::Tensor> centers = {at::zeros({8}), at::zeros({16})};
  PretrainStepParams params;
  params.projector.architecture = "none";
  const auto refused = [&](const auto& change) {
    PretrainBatch batch = small_batch();
    change(batch);
    REQUIRE_THROWS_AS(pretrain_losses(batch, {}, centers, params), Error);
  };
  refused([](PretrainBatch& batch) { batch.view2.maps.pop_back(); });
  refused([](PretrainBatch& batch) { batch.view2.maps[0] = at::zeros({2, 8, 4, 5}); });
  refused([](PretrainBatch& batch) { batch.references.pop_back(); });
  refused([](PretrainBatch& batch) { batch.references[1].pop_back(); });
  refused([](PretrainBatch& batch) { batch.masks = at::zeros({3, 1, 56, 56}); });
  REQUIRE_THROWS_AS(pretrain_losses(small_batch(), {}, {at::zeros({8})}, params), Error);
}
