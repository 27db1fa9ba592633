#include "detectors/padim/further_samples.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "detectors/support.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// Σ (x − mean)(x − mean)ᵀ of samples [N, C], one outer product after the other.
at::Tensor scatter_of(const at::Tensor& samples) {
  const at::Tensor mean = samples.mean(0);
  at::Tensor scatter = at::zeros({samples.size(1), samples.size(1)}, at::kDouble);
  for (int64_t i = 0; i < samples.size(0); ++i) scatter += at::outer(samples[i] - mean, samples[i] - mean);
  return scatter;
}

}  // namespace

TEST_CASE("further samples: mean and scatter of all from those of the earlier ones", "[gaussian_model]") {
  for (const int64_t n : {1, 2, 9})
    for (const int64_t m : {1, 2, 30}) {
      CAPTURE(n, m);
      const at::Tensor all = random_tensor({3, n + m, 4}, 1).to(at::kDouble) * 2 + 5;
      all.narrow(1, n, m).add_(3);
      const FurtherSamples further = further_samples(all.narrow(1, 0, n).mean(1), n, all.narrow(1, n, m));
      REQUIRE(further.addition.sizes() == at::IntArrayRef({3, m, 4}));
      REQUIRE((further.mean - all.mean(1)).abs().max().item<double>() < 1e-13);
      for (int64_t p = 0; p < 3; ++p) {
        const at::Tensor a = further.addition[p], grown = scatter_of(all[p].narrow(0, 0, n)) + a.t().mm(a);
        REQUIRE((grown - scatter_of(all[p])).abs().max().item<double>() < 1e-11);
      }
    }
}

TEST_CASE("further samples: two and one by hand", "[gaussian_model]") {
  // 0 and 2, then 4: mean 2, scatter 8, of which 2 was there
  const at::Tensor before = at::tensor(std::vector<float>{1}).view({1, 1});
  const FurtherSamples further = further_samples(before, 2, at::tensor(std::vector<float>{4}).view({1, 1, 1}));
  REQUIRE(further.mean.item<double>() == Approx(2));
  REQUIRE(further.addition.square().sum().item<double>() == Approx(6));
}

TEST_CASE("further samples: the number of samples in a state", "[gaussian_model]") {
  TensorMap state;
  save_samples(state, "level0", 0);
  REQUIRE(state.empty());
  REQUIRE(samples_from_state(state, "level0") == 0);
  save_samples(state, "level0", 7);
  REQUIRE(samples_from_state(state, "level0") == 7);
  for (const at::Tensor& wrong : {at::zeros({1}, at::kLong), at::ones({2}, at::kLong), at::ones({1})}) {
    state["level0/samples"] = wrong;
    REQUIRE_THROWS_AS(samples_from_state(state, "level0"), InputError);
  }
}
