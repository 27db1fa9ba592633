#pragma once
#include <ATen/ATen.h>

namespace adrep {

/// How the norms of a level's features spread: 10 %, 50 % and 90 % of the radii (feature_radius) of normal and of
/// anomalous features lie below, by the nearest rank. [3] each, float32; undefined for a group without features.
struct RadiusSpread {
  at::Tensor normal, anomalous;
};

/// features [N, C]; anomalous [N], 0 = normal. No gradient.
RadiusSpread radius_spread(const at::Tensor& features, const at::Tensor& anomalous);

}  // namespace adrep
