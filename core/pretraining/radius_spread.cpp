#include "core/pretraining/radius_spread.h"

#include <ATen/core/grad_mode.h>

#include <cmath>

#include "core/pretraining/norm_loss.h"

namespace adrep {
namespace {

constexpr double fractions[] = {0.1, 0.5, 0.9};

at::Tensor spread_of(const at::Tensor& radii) {
  if (radii.numel() == 0) return {};
  const at::Tensor sorted = std::get<0>(radii.sort());
  std::vector<at::Tensor> picked;
  for (const double fraction : fractions)
    picked.push_back(sorted[std::lround(fraction * static_cast<double>(radii.numel() - 1))]);
  return at::stack(picked);
}

}  // namespace

RadiusSpread radius_spread(const at::Tensor& features, const at::Tensor& anomalous) {
  const at::NoGradGuard no_grad;
  const at::Tensor radii = feature_radius(features).to(at::kFloat), is_anomalous = anomalous != 0;
  return {spread_of(radii.masked_select(is_anomalous.logical_not())), spread_of(radii.masked_select(is_anomalous))};
}

}  // namespace adrep
