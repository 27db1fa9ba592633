#include "core/neighbours/short_rows.h"

#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/base/vector_clones.h"
#include "core/neighbours/rounding.h"

namespace adrep {
namespace {

constexpr double longest_short = 32000;

ADREP_VECTOR_CLONES void to_shorts(const float* x, int64_t width, float units_each, int16_t* to) {
  for (int64_t i = 0; i < width; ++i) {
    const float value = x[i] * units_each;
    to[i] = static_cast<int16_t>(static_cast<int32_t>(value + std::copysign(0.5F, value)));
  }
}

}  // namespace

PairFilter ShortRows::filter(int64_t width) {
  const double inexact = 0.51 * std::sqrt(static_cast<double>(width)) / longest_short;
  return PairFilter::with_slack(squared_distance_rounding(width) + 3 * inexact);
}

ShortRows::ShortRows(const at::Tensor& x, const at::Tensor& squares)
    : values(at::empty(x.sizes(), at::kShort)),
      units(squares.sqrt() * (1 / longest_short)),
      norms(filter(x.size(1)).shrunken(squares)) {
  const int64_t width = x.size(1);
  ADREP_ASSERT(width <= int64_t{1} << 14, "integers of 16 bits for rows of {} values", width);
  const float* unit = units.const_data_ptr<float>();
  for (int64_t i = 0; i < x.size(0); ++i)
    to_shorts(x.const_data_ptr<float>() + i * width, width,
              unit[i] < std::numeric_limits<float>::min() ? 0.0F : 1 / unit[i],
              values.mutable_data_ptr<int16_t>() + i * width);
}

ShortRows joined(const std::vector<ShortRows>& parts) {
  std::vector<at::Tensor> values, units, norms;
  for (const ShortRows& part : parts) {
    values.push_back(part.values);
    units.push_back(part.units);
    norms.push_back(part.norms);
  }
  ShortRows all = parts.front();
  all.values = at::cat(values);
  all.units = at::cat(units);
  all.norms = at::cat(norms);
  return all;
}

ADREP_VECTOR_CLONES int32_t short_product(const int16_t* a, const int16_t* b, int64_t width) {
  int32_t sum = 0;
  for (int64_t i = 0; i < width; ++i) sum += static_cast<int32_t>(a[i]) * static_cast<int32_t>(b[i]);
  return sum;
}

}  // namespace adrep
