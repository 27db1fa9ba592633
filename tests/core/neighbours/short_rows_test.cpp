#include "core/neighbours/short_rows.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "core/neighbours/squared_distance.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("integers give back their rows within half a unit, and their products are exact", "[nearest]") {
  for (const int64_t width : {1, 5, 130, 1024, 5000}) {
    const at::Tensor x = at::cat({normal_tensor({6, width}, 1), normal_tensor({6, width}, 2).pow(5),
                                  at::ones({1, width}), at::zeros({1, width})})
                             .contiguous();
    const ShortRows rows(x, x.square().sum(1));
    const at::Tensor back = rows.values.to(at::kDouble) * rows.units.to(at::kDouble).unsqueeze(1);
    REQUIRE((back - x).abs().le(0.51 * rows.units.to(at::kDouble).unsqueeze(1)).all().item<bool>());
    REQUIRE(at::linalg_vector_norm(rows.values.to(at::kDouble), 2, at::IntArrayRef{1}).max().item<double>() < 32768);
    const at::Tensor exact = rows.values.to(at::kDouble).mm(rows.values.to(at::kDouble).t());
    for (int64_t i = 0; i < x.size(0); ++i)
      for (int64_t j = 0; j < x.size(0); ++j)
        REQUIRE(short_product(rows.values[i].const_data_ptr<int16_t>(), rows.values[j].const_data_ptr<int16_t>(),
                              width) == exact[i][j].item<double>());
  }
}

TEST_CASE("no row that is measured nearer is ruled out by integers, nor is it farther than the margin says",
          "[nearest]") {
  uint64_t seed = 10;
  int64_t compared = 0;
  for (const int64_t width : {3, 200, 1024})
    for (const double spread : {1e-4, 1.0})
      for (const double offset : {0.0, 10.0}) {
        CAPTURE(width, spread, offset);
        const at::Tensor apart = normal_tensor({70, width}, ++seed, spread);
        const at::Tensor x = apart + offset * normal_tensor({1, width}, ++seed);
        const ShortRows rows(x, x.square().sum(1));
        const PairFilter filter = ShortRows::filter(width);
        const float largest = rows.norms.max().item<float>();
        for (int64_t i = 0; i < x.size(0); ++i)
          for (int64_t j = 0; j < x.size(0); ++j) {
            const float norm = rows.norms[i].item<float>();
            const auto product = static_cast<float>(short_product(rows.values[i].const_data_ptr<int16_t>(),
                                                                  rows.values[j].const_data_ptr<int16_t>(), width));
            const float value =
                rows.norms[j].item<float>() - 2 * product * rows.units[i].item<float>() * rows.units[j].item<float>();
            const float measured =
                squared_distance(x.const_data_ptr<float>() + i * width, x.const_data_ptr<float>() + j * width, width);
            if (!(value < std::nextafter(filter.limit(measured, norm), std::numeric_limits<float>::infinity())))
              FAIL("row " << j << " is ruled out for " << i);
            if (static_cast<double>(measured) - value - norm > filter.margin(norm, largest))
              FAIL("row " << j << " is farther from " << i << " than the margin says");
            ++compared;
          }
      }
  REQUIRE(compared == 12 * 70 * 70);
}
