#include "core/representation/projector.h"

#include <ATen/core/grad_mode.h>
#include <fmt/core.h>

#include "core/io/tensor_parts.h"

#include <numeric>

#include "core/base/random.h"

namespace adrep {

void ProjectorParams::declare(Schema<ProjectorParams>& s) {
  s.decides(Decides::fit);
  s.add(&ProjectorParams::architecture, "architecture")
      .example("architecture=self_cross")
      .doc("learnable (the paper's), linear, mlp, self_attention, cross_attention, self_cross or none");
  s.add(&ProjectorParams::layers, "layers").at_least(1).at_most(64).doc("layers of attention and MLP");
  s.add(&ProjectorParams::references, "references")
      .at_least(1)
      .at_most(1 << 20)
      .doc("learnable references of a level (N_r of the paper)");
  s.add(&ProjectorParams::heads, "heads")
      .at_least(1)
      .at_most(1024)
      .doc("attention heads; a level whose channels they do not divide takes the largest common divisor");
  s.add(&ProjectorParams::merge, "merge")
      .one_of({"auto", "add", "subtract"})
      .doc("what is done with attention's result; auto subtracts it in learnable and adds it elsewhere");
  s.add(&ProjectorParams::squeeze_excite, "squeeze_excite")
      .doc("squeeze-excite gate inside the MLP (published code; the paper has none)");
}

double ProjectorParams::merge_sign() const {
  const bool subtract = merge == "subtract" || (merge == "auto" && architecture == "learnable");
  return subtract ? -1 : 1;
}

int64_t ProjectorParams::heads_of(int64_t channels) const {
  return std::gcd(heads, channels);
}

const ProjectorEntry& projector_entry(const ProjectorParams& params) {
  const ProjectorEntry& entry = ProjectorRegistry::instance().get(params.architecture, "projector architecture");
  if ((params.architecture == "linear" || params.architecture == "none") && params.layers != 1)
    throw_input("projector.layers={}: a projector '{}' has one layer: further ones would add nothing", params.layers,
                params.architecture);
  return entry;
}

std::string level_prefix(int64_t level) {
  return fmt::format("l{}_proj.", level + 1);
}

WeightSpecs projector_weights(const ProjectorParams& params, const std::vector<int64_t>& channels) {
  const ProjectorEntry& entry = projector_entry(params);
  WeightSpecs all;
  for (size_t level = 0; level < channels.size(); ++level) {
    for (WeightSpec& spec : entry.weights(params, channels[level])) {
      spec.key.insert(0, level_prefix(static_cast<int64_t>(level)));
      all.push_back(std::move(spec));
    }
  }
  return all;
}

TensorMap initial_projector(const ProjectorParams& params, const std::vector<int64_t>& channels, uint64_t seed) {
  TensorMap weights;
  for (const WeightSpec& spec : projector_weights(params, channels))
    weights[spec.key] = initial_weight(spec, derive_seed(seed, spec.key));
  return weights;
}

TensorMap frozen_projector(const ProjectorParams& params, const TensorMap& weights, int64_t levels) {
  const at::NoGradGuard no_grad;
  const ProjectorEntry& entry = projector_entry(params);
  TensorMap frozen = weights;
  for (int64_t level = 0; entry.freeze && level < levels; ++level) {
    TensorMap made;
    entry.freeze(params, {weights, level_prefix(level)}, made);
    add_below(frozen, level_prefix(level), made);
  }
  return frozen;
}

at::Tensor project(const ProjectorParams& params, const TensorMap& weights, int64_t level, const at::Tensor& features,
                   const at::Tensor& references) {
  const ProjectorEntry& entry = projector_entry(params);
  ADREP_ASSERT(!entry.needs_references || references.defined(), "the projector {} needs references", entry.name);
  const at::Tensor tokens = features.flatten(2).transpose(1, 2).contiguous();  // [B, H·W, C]
  const at::Tensor projected = entry.forward(params, {weights, level_prefix(level)}, tokens, references);
  return projected.transpose(1, 2).reshape(features.sizes());
}

}  // namespace adrep
