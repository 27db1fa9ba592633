#include "benchmarks/run/evaluation.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "support/golden.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

/// One normal and two anomalous images of 32 x 32, the second anomalous one without a mask.
std::vector<Sample> samples_in(const test::TemporaryFolder& folder) {
  test::write_texture(folder / "0.png", 32, 32, 1);
  test::write_texture(folder / "1.png", 32, 32, 2, true);
  test::write_texture(folder / "2.png", 32, 32, 3, true);
  test::write_square_mask(folder / "1_mask.png", 32, 32);
  const auto root = std::make_shared<const std::filesystem::path>(folder.path());
  return {{"0.png", root, std::nullopt, false, "good"},
          {"1.png", root, folder / "1_mask.png", true, "hole"},
          {"2.png", root, std::nullopt, true, "hole"}};
}

double value(const std::vector<std::pair<std::string, Metric>>& metrics, const std::string& name) {
  for (const auto& [key, metric] : metrics)
    if (key == name && metric.defined()) return metric.value;
  FAIL(name << " is missing or undefined");
  return 0;
}

}  // namespace

TEST_CASE("ground truth follows the image's geometry and knows which masks are missing", "[evaluation]") {
  const test::TemporaryFolder folder;
  const GroundTruth truth = load_ground_truth(samples_in(folder), {32, 32});
  REQUIRE(truth.labels == std::vector<uint8_t>{0, 1, 1});
  REQUIRE(truth.has_mask == std::vector<uint8_t>{1, 1, 0});
  REQUIRE(truth.without_mask == 1);
  REQUIRE(truth.masks[0].sum().item<int64_t>() == 0);
  REQUIRE(truth.masks[1].sum().item<int64_t>() == 64);  // rows and columns 8 to 15
  REQUIRE(truth.masks[1][8][15].item<int>() == 1);
  REQUIRE(truth.masks[1][16][16].item<int>() == 0);
}

TEST_CASE("an image without a mask counts for image metrics only", "[evaluation]") {
  const test::TemporaryFolder folder;
  const auto samples = samples_in(folder);
  const GroundTruth truth = load_ground_truth(samples, {32, 32});
  at::Tensor maps = truth.masks.to(at::kFloat) * 3;
  maps[2].fill_(-5);  // would ruin pixel metrics if its pixels counted as normal or anomalous
  maps[0].fill_(0.5);
  const at::Tensor scores = at::tensor({0.5F, 3.0F, 0.1F});
  const auto metrics = evaluate(maps, scores, truth, samples, "exact");
  REQUIRE(value(metrics, "image_auroc") == 0.5);
  REQUIRE(value(metrics, "pixel_auroc") == 1.0);
  REQUIRE(value(metrics, "pro") == 1.0);
}

TEST_CASE("a mask of another size and a score that is not finite are named", "[evaluation]") {
  const test::TemporaryFolder folder;
  const auto samples = samples_in(folder);
  const GroundTruth truth = load_ground_truth(samples, {32, 32});
  at::Tensor maps = at::zeros({3, 32, 32});
  maps[1][4][4] = std::nanf("");
  REQUIRE_THROWS_WITH(evaluate(maps, at::zeros({3}), truth, samples, "exact"), Contains("1.png") && Contains("NaN"));
  test::write_square_mask(folder / "1_mask.png", 16, 32);
  REQUIRE_THROWS_WITH(load_ground_truth(samples, {32, 32}),
                      Contains("1_mask.png") && Contains("16x32") && Contains("32x32"));
}
