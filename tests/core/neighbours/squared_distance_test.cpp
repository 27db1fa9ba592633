#include "core/neighbours/squared_distance.h"

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

namespace {

float distance_between(const at::Tensor& a, const at::Tensor& b) {
  return squared_distance(a.const_data_ptr<float>(), b.const_data_ptr<float>(), a.size(0));
}

}  // namespace

TEST_CASE("squared distances of rows of every width are those of double", "[nearest]") {
  for (int64_t width = 0; width <= 70; ++width) {
    const at::Tensor rows = normal_tensor({2, width}, static_cast<uint64_t>(width));
    const double exact = (rows[0].to(at::kDouble) - rows[1].to(at::kDouble)).square().sum().item<double>();
    REQUIRE(std::abs(distance_between(rows[0], rows[1]) - exact) <= 1e-6 * exact);
    REQUIRE(distance_between(rows[1], rows[0]) == distance_between(rows[0], rows[1]));
    REQUIRE(distance_between(rows[0], rows[0]) == 0);
  }
}

TEST_CASE("a squared distance has the same bits wherever the rows lie in memory", "[nearest]") {
  const at::Tensor memory = normal_tensor({200}, 1);
  const float expected = distance_between(memory.narrow(0, 0, 77), memory.narrow(0, 80, 77));
  for (int64_t shift = 1; shift < 17; ++shift) {
    at::Tensor moved = at::empty({200});
    moved.narrow(0, shift, 160).copy_(memory.narrow(0, 0, 160));
    REQUIRE(distance_between(moved.narrow(0, shift, 77), moved.narrow(0, shift + 80, 77)) == expected);
  }
}

TEST_CASE("distances are lowered to those of a centre, and the first of the farthest rows is found", "[nearest]") {
  const at::Tensor rows = normal_tensor({50, 21}, 2), centres = normal_tensor({4, 21}, 3);
  std::vector<float> distances(50, std::numeric_limits<float>::infinity());
  for (int64_t c = 0; c < 4; ++c) {
    const int64_t farthest = lower_to_centre(rows.const_data_ptr<float>(), 50, 21,
                                             centres.const_data_ptr<float>() + c * 21, distances.data());
    const at::Tensor expected =
        at::linalg_vector_norm(rows.unsqueeze(1) - centres.narrow(0, 0, c + 1), 2, at::IntArrayRef{2}).amin(1);
    const at::Tensor found = at::tensor(distances);
    REQUIRE((found - expected).abs().max().item<float>() < 1e-5F);
    REQUIRE(farthest == found.argmax().item<int64_t>());
  }
  std::vector<float> equal(3, 5);
  REQUIRE(lower_to_centre(at::zeros({3, 2}).const_data_ptr<float>(), 3, 2, at::ones({2}).const_data_ptr<float>(),
                          equal.data()) == 0);
}
