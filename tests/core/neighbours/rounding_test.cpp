#include "core/neighbours/rounding.h"

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "core/neighbours/squared_distance.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// Pairs of rows [2, width] whose sums cancel, differ in size by powers of ten, lie far from the origin, or are alike.
std::vector<at::Tensor> awkward_pairs(int64_t width, uint64_t seed) {
  const at::Tensor x = normal_tensor({2, width}, seed), y = normal_tensor({2, width}, seed + 1);
  const at::Tensor signs = (at::arange(width) % 2) * 2 - 1;
  std::vector<at::Tensor> pairs = {x, x * at::pow(10, 3 * y), x + 1000, x.abs() * 3 + signs * 100,
                                   at::stack({x[0], x[0] * (1 + 1e-6 * y[0])})};
  pairs.push_back(at::stack({x[0] * 1e3, x[1] * 1e-3}));
  for (at::Tensor& pair : pairs) pair = pair.to(at::kFloat).contiguous();
  return pairs;
}

/// One sum after the other.
float plain_product(const float* a, const float* b, int64_t width) {
  float sum = 0;
  for (int64_t i = 0; i < width; ++i) sum += a[i] * b[i];
  return sum;
}

float plain_distance(const float* a, const float* b, int64_t width) {
  float sum = 0;
  for (int64_t i = 0; i < width; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

double length(const at::Tensor& x) {
  return at::linalg_vector_norm(x.to(at::kDouble)).item<double>();
}

/// The ways in which a·b is computed, each within its share of the bound.
void check_products(const at::Tensor& a, const at::Tensor& b) {
  const int64_t width = a.size(0);
  const double exact = a.to(at::kDouble).dot(b.to(at::kDouble)).item<double>();
  const double allowed = sum_rounding(width) * length(a) * length(b);
  const float plain = plain_product(a.const_data_ptr<float>(), b.const_data_ptr<float>(), width);
  const float matrix = a.unsqueeze(0).mm(b.unsqueeze(1)).item<float>();
  REQUIRE(std::abs(plain - exact) <= allowed);
  REQUIRE(std::abs(matrix - exact) <= allowed);
  REQUIRE(std::abs(static_cast<double>(plain) - matrix) <= product_rounding(width) * length(a) * length(b));
}

/// The ways in which |a − b|² is computed, with what is left of both when m is subtracted from them.
void check_distances(const at::Tensor& a, const at::Tensor& b, const at::Tensor& m) {
  const int64_t width = a.size(0);
  const at::Tensor p = a - m, q = b - m;
  const double exact = (a.to(at::kDouble) - b.to(at::kDouble)).square().sum().item<double>();
  const double allowed = sum_rounding(width) * std::pow(length(p) + length(q), 2);
  const float *x = p.const_data_ptr<float>(), *y = q.const_data_ptr<float>();
  const std::vector<float> ways = {
      squared_distance(a.const_data_ptr<float>(), b.const_data_ptr<float>(), width),
      plain_distance(a.const_data_ptr<float>(), b.const_data_ptr<float>(), width), plain_distance(x, y, width),
      plain_product(x, x, width) + plain_product(y, y, width) - 2 * plain_product(x, y, width),
      p.square().sum().item<float>() + q.square().sum().item<float>() - 2 * p.dot(q).item<float>()};
  for (const float way : ways) {
    CAPTURE(way, exact);
    REQUIRE(std::abs(way - exact) <= allowed);
    const double squares = std::pow(length(p), 2) + std::pow(length(q), 2);
    for (const float other : ways)
      REQUIRE(std::abs(static_cast<double>(way) - other) <= squared_distance_rounding(width) * squares);
  }
}

}  // namespace

TEST_CASE("sums of awkward rows stay within the bound of rounding, in whatever way they are computed", "[rounding]") {
  for (const int64_t width : {1, 2, 3, 16, 37, 64, 255, 1024, 5000})
    for (uint64_t seed = 0; seed < 20; ++seed)
      for (const at::Tensor& pair : awkward_pairs(width, 100 * static_cast<uint64_t>(width) + seed)) {
        CAPTURE(width, seed);
        check_products(pair[0], pair[1]);
        check_distances(pair[0], pair[1], at::zeros({width}));
        check_distances(pair[0], pair[1], pair.mean(0));
        check_distances(pair[0], pair[1], pair[0] * 0.9 + 0.3);
      }
}

TEST_CASE("a sum that loses every term but the first nearly reaches the bound", "[rounding]") {
  constexpr int64_t width = 4096;
  at::Tensor row =
      at::full({width}, 0.999 * 0x1.0p-12);  // its squares are less than half a unit in the last place of 1
  row[0] = 1;
  const float sum = plain_product(row.const_data_ptr<float>(), row.const_data_ptr<float>(), width);
  const double exact = row.to(at::kDouble).square().sum().item<double>();
  REQUIRE(sum == 1);
  REQUIRE(exact - sum <= sum_rounding(width) * exact);
  REQUIRE(exact - sum >= 0.98 * sum_rounding(width) * exact);
}
