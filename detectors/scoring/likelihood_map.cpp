#include "detectors/scoring/likelihood_map.h"

#include "core/base/error.h"
#include "detectors/scoring/score_map.h"

namespace adrep {
namespace {

constexpr int64_t images_at_once = 16;

/// The sums of images [first, first + count): [count, size, size] float64.
at::Tensor sums(const std::vector<at::Tensor>& grids, const at::Tensor& level_max, int64_t first, int64_t count,
                int64_t size) {
  at::Tensor sum;
  for (size_t l = 0; l < grids.size(); ++l) {
    const at::Tensor likelihood = grids[l].narrow(0, first, count).to(at::kDouble);
    const at::Tensor likely = (likelihood - level_max[static_cast<int64_t>(l)].to(likelihood.device())).exp();
    const at::Tensor map = upsample(likely, size, AlignCorners::yes);
    sum = l == 0 ? map : sum + map;
  }
  return sum;
}

template <class F>
void for_each_part(int64_t images, F&& part) {
  for (int64_t first = 0; first < images; first += images_at_once)
    part(first, std::min(images_at_once, images - first));
}

}  // namespace

LikelihoodScale likelihood_scale(const std::vector<at::Tensor>& grids, int64_t size) {
  ADREP_ASSERT(!grids.empty() && grids[0].numel() > 0, "the scale of no likelihoods");
  std::vector<at::Tensor> largest;
  for (const at::Tensor& grid : grids) largest.push_back(grid.max().to(at::kDouble).cpu());
  LikelihoodScale scale{at::stack(largest), {}};
  for_each_part(grids[0].size(0), [&](int64_t first, int64_t count) {
    const at::Tensor top = sums(grids, scale.level_max, first, count, size).max().cpu().unsqueeze(0);
    scale.top = first == 0 ? top : at::maximum(scale.top, top);
  });
  return scale;
}

at::Tensor likelihood_maps(const std::vector<at::Tensor>& grids, const LikelihoodScale& scale, int64_t size) {
  std::vector<at::Tensor> maps;
  for_each_part(grids[0].size(0), [&](int64_t first, int64_t count) {
    const at::Tensor sum = sums(grids, scale.level_max, first, count, size);
    maps.push_back((scale.top.to(sum.device()) - sum).to(at::kFloat));
  });
  return at::cat(maps);
}

}  // namespace adrep
