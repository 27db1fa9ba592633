#include "detectors/padim/whitened_samples.h"

#include <catch2/catch.hpp>

#include "detectors/padim/gaussian_model.h"
#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("whitened samples: W is the inverse factor of X Xᵀ + ridge, and V Vᵀ = I − ridge W Wᵀ", "[gaussian_model]") {
  // more rows than a block of the triangular products, so that the last one is cut
  for (const auto& [n, c] : std::vector<std::pair<int64_t, int64_t>>{{1, 4}, {2, 3}, {70, 69}, {131, 200}}) {
    CAPTURE(n, c);
    const double ridge = 0.03;
    const at::Tensor samples = random_tensor({n, c}, 1) * at::logspace(-1, 1, c);
    WhitenedSamples whitened(n, c, ridge);
    const at::Tensor v = at::empty({whitened_rows(n, c), c}, at::kDouble), before = random_tensor({n, c}, 2);
    REQUIRE(whitened.fit(before.const_data_ptr<float>(), v));  // what is left over changes nothing
    REQUIRE(whitened.fit(samples.const_data_ptr<float>(), v));
    const at::Tensor w = whitened.whitening(), x = at::linalg_solve(w, v);
    const at::Tensor centred = samples.to(at::kDouble) - samples.to(at::kDouble).mean(0);
    const at::Tensor covariance = centred.t().mm(centred) / std::max<double>(1, static_cast<double>(n - 1));
    REQUIRE((x.t().mm(x) - covariance).abs().max().item<double>() < 1e-9);
    const at::Tensor identity = at::eye(x.size(0), at::kDouble);
    REQUIRE((w.mm(x.mm(x.t()) + ridge * identity).mm(w.t()) - identity).abs().max().item<double>() < 1e-9);
    REQUIRE((v.mm(v.t()) + ridge * w.mm(w.t()) - identity).abs().max().item<double>() < 1e-9);
    REQUIRE((whitened.mean() - samples.to(at::kDouble).mean(0)).abs().max().item<double>() < 1e-12);
  }
}

TEST_CASE("whitened samples: a covariance that rounding makes singular is said to be", "[gaussian_model]") {
  const at::Tensor samples = random_tensor({5, 8}, 3) * 1e6;
  samples[4].copy_(samples[3]);
  const at::Tensor basis = at::empty({4, 8});
  REQUIRE_FALSE(WhitenedSamples(5, 8, 1e-12).fit(samples.const_data_ptr<float>(), basis));
  REQUIRE(WhitenedSamples(5, 8, 1).fit(samples.const_data_ptr<float>(), basis));
}

TEST_CASE("positions_first transposes any view", "[gaussian_model]") {
  const at::Tensor features = random_tensor({3, 5, 9}, 4);
  for (const at::Tensor& view : {features, features.narrow(2, 4, 3), features.transpose(0, 1)})
    REQUIRE(positions_first(view).equal(view.permute({2, 0, 1})));
}
