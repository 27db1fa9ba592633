#pragma once
#include "core/base/registry.h"
#include "core/base/schema.h"
#include "core/representation/projector_weights.h"

namespace adrep {

/// What a feature projector is made of (paper Sec. 3.3; protocol §5). Defaults: the published code.
struct ProjectorParams {
  std::string architecture = "learnable";
  int64_t layers = 1;
  int64_t references = 2048;
  int64_t heads = 16;
  std::string merge = "auto";
  bool squeeze_excite = true;

  static void declare(Schema<ProjectorParams>& s);

  /// The sign attention's result is merged with: −1 to subtract, 1 to add.
  double merge_sign() const;
  /// Heads of a level: the largest number that divides both its channels and `heads`. It is `heads` itself for every
  /// backbone of the paper; EfficientNet-Lite0's first levels have 24 and 40 channels.
  int64_t heads_of(int64_t channels) const;
};

/// One projector architecture. A projector works on one level; levels do not share weights.
struct ProjectorEntry {
  std::string name, doc;
  /// whether it attends to residuals of the normal references (core/representation/reference_residuals.h)
  bool needs_references = false;
  /// Its weights for a level of this many channels.
  std::function<WeightSpecs(const ProjectorParams& params, int64_t channels)> weights;
  /// tokens [B, T, C] -> [B, T, C]; references [M, R, C], M = B or 1, undefined unless needs_references.
  std::function<at::Tensor(const ProjectorParams& params, const WeightScope& weights, const at::Tensor& tokens,
                           const at::Tensor& references)>
      forward;
  /// Adds what follows from the weights of a level alone, made once for all images, under keys that `forward` then
  /// finds. None: nothing does.
  std::function<void(const ProjectorParams& params, const WeightScope& weights, TensorMap& made)> freeze{};
};

using ProjectorRegistry = Registry<ProjectorEntry>;

/// Throws InputError for an unknown architecture or settings it cannot take.
const ProjectorEntry& projector_entry(const ProjectorParams& params);

/// "l1_proj." of level 0, as in published checkpoints.
std::string level_prefix(int64_t level);

/// All weights of the projectors of levels with these channels, keys with their level's prefix.
WeightSpecs projector_weights(const ProjectorParams& params, const std::vector<int64_t>& channels);

/// Starting values of all of them; each depends on the seed and its key alone.
TensorMap initial_projector(const ProjectorParams& params, const std::vector<int64_t>& channels, uint64_t seed);

/// The weights with all that follows from them alone, for a projector that is not trained any more: project() gives the
/// same bits with them, in less time (learnable references are mapped to keys and values once).
TensorMap frozen_projector(const ProjectorParams& params, const TensorMap& weights, int64_t levels);

/// One level's features through its projector: features [B, C, H, W] -> [B, C, H, W]; references as in
/// ProjectorEntry. Differentiable in features and weights; float32 unless both are of another type.
at::Tensor project(const ProjectorParams& params, const TensorMap& weights, int64_t level, const at::Tensor& features,
                   const at::Tensor& references = {});

}  // namespace adrep

/// ADREP_PROJECTOR({.name = "linear", .doc = "…", …});
#define ADREP_PROJECTOR(...)                                                            \
  static const ::adrep::ProjectorEntry& ADREP_UNIQUE_NAME(adrep_registered_projector) = \
      ::adrep::ProjectorRegistry::instance().add(__VA_ARGS__)
