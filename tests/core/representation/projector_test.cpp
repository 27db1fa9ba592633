#include "core/representation/projector.h"

#include <ATen/core/grad_mode.h>

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/io/safetensors.h"
#include "core/representation/projector_layers.h"
#include "support/cuda.h"
#include "support/golden.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// The tensors of a golden whose names begin with `prefix`, by the rest of the name, as leaves that need gradients.
TensorMap leaves(const Golden& golden, const std::string& prefix, const std::string& new_prefix,
                 const at::Device& device) {
  TensorMap weights;
  for (const auto& [name, tensor] : golden.below(prefix))
    weights[new_prefix + name] = tensor.to(at::TensorOptions(device), false, true).requires_grad_();
  return weights;
}

void compare_projectors_with_golden(const at::Device& device) {
  auto golden = load_golden("projector");
  ProjectorParams params;
  params.heads = golden.description["heads"];
  const TensorMap weights = leaves(golden, "weights/", "", device);
  params.references = weights.at("l1_proj.x_ref").size(1);
  at::Tensor total = at::zeros({}, device);
  int64_t levels = 0;
  for (; golden.has("input/" + std::to_string(levels)); ++levels) {
    const std::string l = std::to_string(levels);
    const at::Tensor output = project(params, weights, levels, golden["input/" + l].to(device));
    REQUIRE(relative_difference(output.detach(), golden["output/" + l]) < 1e-5);
    {
      const at::NoGradGuard no_grad;  // the path that changes its intermediate values in place
      TensorMap frozen;
      for (const auto& [key, weight] : weights) frozen[key] = weight.detach();
      REQUIRE(project(params, frozen, levels, golden["input/" + l].to(device)).equal(output));
    }
    total = total + output.square().mean();
  }
  REQUIRE(levels > 1);
  total.backward();
  int64_t gradients = 0;
  for (const auto& [name, expected] : golden.data.tensors) {
    if (!name.starts_with("gradient/")) continue;
    REQUIRE(relative_difference(weights.at(name.substr(9)).grad(), expected) < 1e-5);
    ++gradients;
  }
  REQUIRE(gradients == static_cast<int64_t>(projector_weights(params, {golden["input/0"].size(1)}).size()));

  params.layers = 2;
  const TensorMap two = leaves(golden, "two_layers/weights/", "l1_proj.", device);
  REQUIRE(relative_difference(project(params, two, 0, golden["input/0"].to(device)).detach(),
                              golden["two_layers/output"]) < 1e-5);
}

ProjectorParams params_of_architecture(const std::string& architecture) {
  ProjectorParams params;
  params.architecture = architecture;
  params.layers = architecture == "linear" || architecture == "none" ? 1 : 2;
  params.references = 10;
  params.heads = 4;
  return params;
}

at::Tensor softmax_attention(const TensorMap& w, const std::string& key, const at::Tensor& x, const at::Tensor& memory,
                             int64_t heads) {
  const int64_t c = x.size(1), width = c / heads;
  const at::Tensor in = w.at(key + ".in_proj_weight"), bias = w.at(key + ".in_proj_bias");
  const at::Tensor q = x.mm(in.slice(0, 0, c).t()) + bias.slice(0, 0, c);
  const at::Tensor k = memory.mm(in.slice(0, c, 2 * c).t()) + bias.slice(0, c, 2 * c);
  const at::Tensor v = memory.mm(in.slice(0, 2 * c).t()) + bias.slice(0, 2 * c);
  std::vector<at::Tensor> parts;
  for (int64_t h = 0; h < heads; ++h) {
    const auto head = [&](const at::Tensor& t) { return t.slice(1, h * width, (h + 1) * width); };
    const at::Tensor scores = head(q).mm(head(k).t()) / std::sqrt(static_cast<double>(width));
    parts.push_back(scores.softmax(1).mm(head(v)));
  }
  return at::cat(parts, 1).mm(w.at(key + ".out_proj.weight").t()) + w.at(key + ".out_proj.bias");
}

at::Tensor plain_mlp(const TensorMap& w, const std::string& key, const at::Tensor& x, bool gated) {
  const auto map = [&](const std::string& name, const at::Tensor& y) {
    return y.mm(w.at(key + name + ".weight").t()) + w.at(key + name + ".bias");
  };
  at::Tensor hidden = map(".fc1", x);
  if (gated) hidden = hidden * map(".se.fc2", map(".se.fc1", hidden.mean(0, true)).clamp_min(0)).sigmoid();
  return map(".fc2", hidden * (1 + (hidden / std::sqrt(2.0)).erf()) / 2);
}

/// One image's tokens [T, C] through an attention projector, written out; references [R, C].
at::Tensor by_hand(const ProjectorParams& params, const TensorMap& w, at::Tensor x, const at::Tensor& references) {
  const int64_t heads = params.heads_of(x.size(1));
  const double sign = params.merge == "subtract" ? -1 : 1;
  const bool cross = params.architecture != "self_attention", self = params.architecture != "cross_attention";
  const at::Tensor memory = cross ? references.mm(w.at("l1_proj.ref_proj.project.weight").squeeze(2).t()) +
                                        w.at("l1_proj.ref_proj.project.bias")
                                  : at::Tensor();
  for (int64_t i = 0; i < params.layers; ++i) {
    const std::string layer = "l1_proj.layers." + std::to_string(i) + ".";
    if (self) x = x + sign * softmax_attention(w, layer + "self_attn", x, x, heads);
    if (cross) x = x + sign * softmax_attention(w, layer + "cross_attn", x, memory, heads);
    x = x + plain_mlp(w, layer + "mlp", x, params.squeeze_excite);
  }
  return x;
}

}  // namespace

TEST_CASE("projector: outputs and gradients of the reference code, one and two layers", "[golden][projector]") {
  compare_projectors_with_golden(at::kCPU);
}

TEST_CASE("projector: outputs and gradients of the reference code on CUDA", "[gpu][golden][projector]") {
  compare_projectors_with_golden(cuda_device());
}

TEST_CASE("attention projectors equal their definition written out", "[projector]") {
  const int64_t b = 2, c = 12, h = 3, w = 2, r = 5;
  const at::Tensor features = normal_tensor({b, c, h, w}, 1, 1, at::kDouble);
  const at::Tensor references = normal_tensor({b, r, c}, 2, 1, at::kDouble);
  for (const std::string architecture : {"self_attention", "cross_attention", "self_cross"})
    for (const std::string merge : {"add", "subtract"})
      for (const bool gated : {false, true}) {
        ProjectorParams params = params_of_architecture(architecture);
        params.merge = merge;
        params.squeeze_excite = gated;
        TensorMap weights;
        for (const auto& [key, weight] : initial_projector(params, {c}, 3)) weights[key] = weight.to(at::kDouble);
        for (auto& [key, weight] : weights)
          if (key.ends_with("in_proj_bias")) weight = normal_tensor(weight.sizes(), 4, 1, at::kDouble);
        const at::Tensor each = project(params, weights, 0, features, references);
        const at::Tensor shared = project(params, weights, 0, features, references.narrow(0, 0, 1));
        for (int64_t i = 0; i < b; ++i) {
          const at::Tensor tokens = features[i].flatten(1).t();
          const auto compare = [&](const at::Tensor& output, const at::Tensor& memory) {
            REQUIRE(relative_difference(output[i].flatten(1).t(), by_hand(params, weights, tokens, memory)) < 1e-12);
          };
          compare(each, references[i]);
          compare(shared, references[0]);
        }
      }
}

TEST_CASE("linear and MLP projectors equal their definition written out", "[projector]") {
  const int64_t c = 12;
  const at::Tensor features = normal_tensor({1, c, 3, 2}, 1, 1, at::kDouble), tokens = features[0].flatten(1).t();
  for (const std::string architecture : {"linear", "mlp"}) {
    const ProjectorParams params = params_of_architecture(architecture);
    TensorMap weights;
    for (const auto& [key, weight] : initial_projector(params, {c}, 3)) weights[key] = weight.to(at::kDouble);
    at::Tensor expected = tokens;
    if (architecture == "linear")
      expected = tokens.mm(weights.at("l1_proj.linear.weight").t()) + weights.at("l1_proj.linear.bias");
    else
      for (const char* layer : {"l1_proj.layers.0.mlp", "l1_proj.layers.1.mlp"})
        expected = plain_mlp(weights, layer, expected, true);
    REQUIRE(relative_difference(project(params, weights, 0, features)[0].flatten(1).t(), expected) < 1e-12);
  }
}

TEST_CASE("every projector: an image's output does not depend on its batch, and all weights get gradients",
          "[projector]") {
  const std::vector<int64_t> channels = {24, 16};
  for (const auto& [name, entry] : ProjectorRegistry::instance().all()) {
    if (name == "none") continue;  // it has no weights, and gives what it is given
    const ProjectorParams params = params_of_architecture(name);
    TensorMap weights = initial_projector(params, channels, 5);
    for (auto& [key, weight] : weights) weight.requires_grad_();
    at::Tensor total = at::zeros({});
    for (int64_t level = 0; level < 2; ++level) {
      const int64_t c = channels[static_cast<size_t>(level)];
      const at::Tensor features = normal_tensor({3, c, 4, 5}, 6), references = normal_tensor({3, 7, c}, 7);
      const at::Tensor output = project(params, weights, level, features, references);
      REQUIRE(output.sizes() == features.sizes());
      for (int64_t i = 0; i < 3; ++i) {
        const at::Tensor alone = project(params, weights, level, features.narrow(0, i, 1), references.narrow(0, i, 1));
        REQUIRE(relative_difference(alone.detach(), output.detach().narrow(0, i, 1)) < 1e-5);
      }
      total = total + output.square().mean();
    }
    total.backward();
    for (const auto& [key, weight] : weights) {
      INFO(key);
      REQUIRE(weight.grad().defined());
      REQUIRE(weight.grad().isfinite().all().item<bool>());
    }
  }
}

TEST_CASE("projector weights start as the protocol says, by key and seed alone", "[projector]") {
  ProjectorParams params;
  params.references = 2000;
  const int64_t c = 64;
  const TensorMap one = initial_projector(params, {c}, 9), two = initial_projector(params, {c, c}, 9);
  for (const auto& [key, weight] : one) REQUIRE(two.at(key).equal(weight));
  REQUIRE_FALSE(two.at("l2_proj.x_ref").equal(one.at("l1_proj.x_ref")));
  REQUIRE_FALSE(initial_projector(params, {c}, 10).at("l1_proj.x_ref").equal(one.at("l1_proj.x_ref")));

  const auto weight = [&](const std::string& key) { return one.at("l1_proj." + key); };
  REQUIRE(weight("x_ref").std().item<double>() == Approx(1).epsilon(0.02));
  REQUIRE(std::abs(weight("x_ref").mean().item<double>()) < 0.02);
  REQUIRE(weight("ref_proj.project.weight").std().item<double>() == Approx(std::sqrt(2.0 / c)).epsilon(0.05));
  const auto uniform = [&](const std::string& key, double bound) {
    REQUIRE(weight(key).abs().max().item<double>() <= bound);
    REQUIRE(weight(key).abs().max().item<double>() > 0.8 * bound);
    if (weight(key).numel() > 1000)
      REQUIRE(weight(key).std().item<double>() == Approx(bound / std::sqrt(3.0)).epsilon(0.05));
  };
  uniform("layers.0.cross_attn.in_proj_weight", std::sqrt(6.0 / (4 * c)));
  uniform("layers.0.cross_attn.out_proj.weight", 1 / std::sqrt(c));
  uniform("layers.0.mlp.fc1.weight", 1 / std::sqrt(c));
  uniform("layers.0.mlp.fc2.weight", 1 / std::sqrt(4 * c));
  uniform("layers.0.mlp.fc2.bias", 1 / std::sqrt(4 * c));
  REQUIRE(weight("layers.0.cross_attn.in_proj_bias").abs().max().item<double>() == 0);
  REQUIRE(weight("layers.0.cross_attn.out_proj.bias").abs().max().item<double>() == 0);
}

TEST_CASE("squeeze-excite has the published widths", "[projector]") {
  for (const auto& [channels, squeezed] :
       std::vector<std::pair<int64_t, int64_t>>{{16, 8}, {24, 8}, {64, 16}, {768, 192}, {1024, 256}, {1280, 320}})
    REQUIRE(squeezed_channels(channels) == squeezed);
}

TEST_CASE("projector settings: heads divide every level, unknown architectures are refused", "[projector]") {
  ProjectorParams params;
  for (const auto& [channels, heads] : std::vector<std::pair<int64_t, int64_t>>{{768, 16}, {24, 8}, {40, 8}, {112, 16}})
    REQUIRE(params.heads_of(channels) == heads);
  REQUIRE(params.merge_sign() == -1);
  params.architecture = "self_attention";
  REQUIRE(params.merge_sign() == 1);
  params.architecture = "linear";
  params.layers = 2;
  REQUIRE_THROWS_AS(projector_entry(params), InputError);
  params.architecture = "lineal";
  REQUIRE_THROWS_WITH(projector_entry(params), Catch::Contains("lineal") && Catch::Contains("linear"));
}

TEST_CASE("a frozen projector gives the same bits; learnable references are mapped once", "[projector]") {
  for (const auto& [architecture, entry] : ProjectorRegistry::instance().all()) {
    CAPTURE(architecture);
    ProjectorParams params;
    params.architecture = architecture;
    params.layers = architecture == "linear" || architecture == "none" ? 1 : 2;
    params.references = 9;
    const TensorMap weights = initial_projector(params, {16, 24}, 1);
    const TensorMap frozen = frozen_projector(params, weights, 2);
    // keys and values of two layers in two levels
    REQUIRE(frozen.size() == weights.size() + (architecture == "learnable" ? 8 : 0));
    for (int64_t level = 0; level < 2; ++level) {
      const int64_t channels = level == 0 ? 16 : 24;
      const at::Tensor features = normal_tensor({3, channels, 4, 2}, 2),
                       references = normal_tensor({1, 7, channels}, 3);
      REQUIRE(project(params, frozen, level, features, references)
                  .equal(project(params, weights, level, features, references)));
    }
  }
}
