#include "detectors/feature_norm/feature_norm.h"

#include <catch2/catch.hpp>

#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("feature norms by hand", "[feature_norm]") {
  const at::Tensor x = at::tensor(std::vector<float>{3, 4}).view({1, 2, 1, 1});
  REQUIRE(feature_norm(x, "l2").item<float>() == 5);
  REQUIRE(feature_norm(x, "code").item<float>() == Approx(std::sqrt(6.0) - 1));
  REQUIRE(feature_norm(x, "pseudo_huber").item<float>() == Approx(std::sqrt(26.0) - 1));
}

TEST_CASE("feature norms of the reference code", "[golden][feature_norm]") {
  auto golden = load_golden("losses");
  const at::Tensor& x = golden["feature_norm/input"];
  REQUIRE(relative_difference(feature_norm(x, "code"), golden["feature_norm/score_c"]) < 1e-5);
  REQUIRE(relative_difference(feature_norm(x, "pseudo_huber"), golden["feature_norm/score_p"]) < 1e-5);
}

TEST_CASE("the map is the mean over levels", "[feature_norm]") {
  FeatureNormParams params;
  params.norm = "l2";
  const FeatureNorm detector(params);
  const Scores scores = detector.score(Levels{{at::full({1, 4, 2, 2}, 1.0F), at::full({1, 1, 3, 3}, 6.0F)}, 8});
  REQUIRE(relative_difference(scores.maps, at::full({1, 8, 8}, 4.0F)) < 1e-6);  // (|1,1,1,1| + |6|) / 2
}
