#include "detectors/pair_filter.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/base/vector_clones.h"

namespace adrep {
namespace {

constexpr int64_t block = 64;

/// Start of the first block of columns, from `first` on, that holds a value below the limit; `count` when there is
/// none.
ADREP_VECTOR_CLONES int64_t find_block(const float* products, const float* norms, int64_t first, int64_t count,
                                       float limit) {
  for (int64_t start = first; start < count; start += block) {
    const int64_t end = std::min(start + block, count);
    int below = 0;
    for (int64_t j = start; j < end; ++j) below |= norms[j] - 2 * products[j] < limit;
    if (below) return start;
  }
  return count;
}

constexpr int64_t part = 16;  // columns of which the least value counts

/// The least value of every full part of the columns.
ADREP_VECTOR_CLONES void least_of_parts(const float* products, const float* norms, int64_t parts, float* least) {
  for (int64_t p = 0; p < parts; ++p) {
    float smallest = std::numeric_limits<float>::infinity();
    for (int64_t j = p * part; j < (p + 1) * part; ++j) smallest = std::min(smallest, norms[j] - 2 * products[j]);
    least[p] = smallest;
  }
}

/// A limit below which there are k columns: above the k-th smallest of the parts' least values by the margin.
float limit_of_nearest(const float* products, const float* norms, int64_t count, int64_t k, float margin) {
  const int64_t parts = count / part;
  if (parts < k) return std::numeric_limits<float>::infinity();
  std::vector<float> least(static_cast<size_t>(parts));
  least_of_parts(products, norms, parts, least.data());
  std::nth_element(least.begin(), least.begin() + (k - 1), least.end());
  return std::nextafter(least[static_cast<size_t>(k - 1)] + margin, std::numeric_limits<float>::infinity());
}

}  // namespace

PairFilter::PairFilter(int64_t width) : slack_(4 * static_cast<float>(width + 16) * 0x1.0p-24F) {}

at::Tensor PairFilter::shrunken_norms(const at::Tensor& x) const {
  return x.square().sum(1) * (1 - slack_);
}

void PairFilter::visit(const at::Tensor& products, const at::Tensor& row_norms, float* limits, const Visit& visit,
                       const Nearest* nearest) {
  const int64_t count = products.size(1);
  const float* norms = row_norms.const_data_ptr<float>();
  for (int64_t q = 0; q < products.size(0); ++q) {
    const float* line = products.const_data_ptr<float>() + q * count;
    if (nearest && std::isinf(limits[q]))
      limits[q] = limit_of_nearest(line, norms, count, nearest->k, nearest->margins[q]);
    for (int64_t start = find_block(line, norms, 0, count, limits[q]); start < count;
         start = find_block(line, norms, start + block, count, limits[q])) {
      for (int64_t j = start; j < std::min(start + block, count); ++j)
        if (norms[j] - 2 * line[j] < limits[q]) limits[q] = std::min(limits[q], visit(q, j));
    }
  }
}

}  // namespace adrep
