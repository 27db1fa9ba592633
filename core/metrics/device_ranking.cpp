#include "core/metrics/device_ranking.h"

#include "core/base/error.h"
#include "core/metrics/regions.h"
#include "core/metrics/validation.h"

namespace adrep {
namespace {

void check(const at::Tensor& scores, const at::Tensor& masks) {
  if (scores.dim() != 3 || scores.scalar_type() != at::kFloat)
    throw_input("score maps on a device must be float32 [images, height, width]");
  if (masks.sizes() != scores.sizes() || masks.scalar_type() != at::kByte || !masks.device().is_cpu())
    throw_input("the masks of score maps on a device must be uint8 of the same shape on the CPU");
  const at::Tensor finite = scores.isfinite().flatten(1).all(1);
  if (!finite.all().item<bool>()) refuse_non_finite(finite.logical_not().nonzero()[0].item<int64_t>());
}

/// Where the anomalous pixels are and of which region: [A] int64 each, in pixel order.
std::pair<at::Tensor, at::Tensor> anomalous_pixels(const Regions& regions) {
  at::Tensor places = at::empty({regions.pixels()}, at::kLong), owners = at::empty({regions.pixels()}, at::kLong);
  auto* place = places.data_ptr<int64_t>();
  auto* owner = owners.data_ptr<int64_t>();
  for (const PixelRun& run : regions.runs)
    for (int64_t pixel = run.begin; pixel < run.end; ++pixel) {
      *place++ = pixel;
      *owner++ = run.region;
    }
  return {places, owners};
}

}  // namespace

DeviceRanking::DeviceRanking(const at::Tensor& scores, const at::Tensor& masks) {
  check(scores, masks);
  const at::Tensor contiguous = masks.contiguous();
  const ScoredPixels truth{{},
                           {contiguous.const_data_ptr<uint8_t>(), static_cast<size_t>(contiguous.numel())},
                           scores.size(0),
                           scores.size(1),
                           scores.size(2)};
  const Regions regions = find_regions(truth);
  totals_.anomalous = regions.pixels();
  totals_.normals = regions.normal_pixels(scores.numel());
  totals_.region_areas = regions.areas;

  const auto [places, owners] = anomalous_pixels(regions);
  const at::Device device = scores.device();
  const at::Tensor flat = scores.reshape({-1}) + 0.0;  // −0 becomes +0, as in score_to_key
  const at::Tensor at_places = places.to(device);
  // by region first: the stable sort by score keeps that order within a score
  const auto [owner, by_region] = owners.to(device).sort(/*stable=*/true, 0, false);
  const auto [anomalous, by_score] =
      flat.index_select(0, at_places.index_select(0, by_region)).sort(/*stable=*/true, 0, /*descending=*/true);
  const at::Tensor normal = contiguous.to(device).view({-1}) == 0;
  const at::Tensor ascending = std::get<0>(flat.masked_select(normal).sort());
  const at::Tensor below = at::searchsorted(ascending, anomalous),
                   not_above = at::searchsorted(ascending, anomalous, false, true);
  scores_ = anomalous.cpu();
  regions_ = owner.index_select(0, by_score).to(at::kInt).cpu();
  above_ = (totals_.normals - not_above).cpu();
  tied_ = (not_above - below).cpu();
}

void DeviceRanking::visit(const Visitor& visitor) {
  const auto* score = scores_.const_data_ptr<float>();
  const auto* region = regions_.const_data_ptr<int32_t>();
  const auto* above = above_.const_data_ptr<int64_t>();
  const auto* tied = tied_.const_data_ptr<int64_t>();
  std::vector<RegionCount> counts;
  for (int64_t begin = 0, end = 0; begin < totals_.anomalous; begin = end) {
    counts.clear();
    for (; end < totals_.anomalous && score[end] == score[begin]; ++end) {
      const auto owner = static_cast<uint32_t>(region[end]);
      if (counts.empty() || counts.back().region != owner) counts.push_back({owner, 0});
      ++counts.back().pixels;
    }
    if (!visitor({score[begin], above[begin], tied[begin], end - begin, counts})) return;
  }
}

}  // namespace adrep
