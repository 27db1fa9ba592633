#include "core/neighbours/pair_filter.h"

#include <algorithm>

#include "core/base/vector_clones.h"
#include "core/neighbours/rounding.h"

namespace adrep {
namespace {

constexpr int64_t filter_block = 64;

/// Start of the first block of columns, from `first` on, that holds a value below the limit; `count` when there
/// is none.
ADREP_VECTOR_CLONES int64_t find_block(const float* products, const float* norms, int64_t first, int64_t count,
                                       float limit) {
  for (int64_t start = first; start < count; start += filter_block) {
    const int64_t end = std::min(start + filter_block, count);
    int below = 0;
    for (int64_t j = start; j < end; ++j) below |= norms[j] - 2 * products[j] < limit;
    if (below) return start;
  }
  return count;
}

}  // namespace

PairFilter::PairFilter(int64_t width) : slack_(static_cast<float>(squared_distance_rounding(width))) {}

PairFilter PairFilter::with_slack(double slack) {
  return PairFilter(static_cast<float>(slack));
}

at::Tensor PairFilter::shrunken_norms(const at::Tensor& x) const {
  return shrunken(x.square().sum(1));
}

at::Tensor PairFilter::shrunken(const at::Tensor& squares) const {
  return squares * (1 - slack_);
}

void PairFilter::visit(const at::Tensor& products, const at::Tensor& row_norms, float* limits, const Visit& visit) {
  const int64_t count = products.size(1);
  const float* norms = row_norms.const_data_ptr<float>();
  for (int64_t q = 0; q < products.size(0); ++q) {
    const float* line = products.const_data_ptr<float>() + q * count;
    for (int64_t start = find_block(line, norms, 0, count, limits[q]); start < count;
         start = find_block(line, norms, start + filter_block, count, limits[q])) {
      for (int64_t j = start; j < std::min(start + filter_block, count); ++j) {
        const float value = norms[j] - 2 * line[j];
        if (value < limits[q]) limits[q] = std::min(limits[q], visit(q, j, value));
      }
    }
  }
}

}  // namespace adrep
