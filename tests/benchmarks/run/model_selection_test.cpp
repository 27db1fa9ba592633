#include "benchmarks/run/model_selection.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace adrep;

namespace {

std::vector<Sample> images(int count) {
  std::vector<Sample> made(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) made[static_cast<size_t>(i)].id = "c/" + std::to_string(i);
  return made;
}

/// Grey images whose features are themselves.
struct GreyImages final : TrainingImages {
  at::Tensor image(int64_t) const override { return at::zeros({3, 32, 32}); }
  at::Tensor normalise(const at::Tensor& colours) const override { return colours; }
  Levels features(const at::Tensor& images) const override { return {{images.contiguous()}, 32}; }
};

/// Scores a pixel by its first feature, times a sign.
struct Brightness final : Detector {
  explicit Brightness(float sign) : sign_(sign) {}
  void fit(const FeatureSource&, const FitContext&) override {}
  Scores score(const Levels& levels) const override {
    const at::Tensor maps = levels[0].abs().sum(1) * sign_;
    return {maps, maps.flatten(1).mean(1), {}};
  }
  TensorMap state() const override { return {}; }
  void load(const TensorMap&) override {}
  float sign_;
};

}  // namespace

TEST_CASE("held-out images: their number, apart from the references, the same for a seed", "[selection]") {
  const std::set<std::string> references{"c/1", "c/4"};
  std::set<std::vector<int64_t>> drawn;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const HeldOut split = hold_out(images(10), references, 0.25, seed, "c");
    REQUIRE(split.validation.size() == 3);
    std::vector<int64_t> all = split.training;
    all.insert(all.end(), split.validation.begin(), split.validation.end());
    std::sort(all.begin(), all.end());
    for (int64_t i = 0; i < 10; ++i) REQUIRE(all[static_cast<size_t>(i)] == i);
    for (const int64_t index : split.validation) REQUIRE((index != 1 && index != 4));
    REQUIRE(hold_out(images(10), references, 0.25, seed, "c").validation == split.validation);
    drawn.insert(split.validation);
  }
  REQUIRE(drawn.size() > 5);
  REQUIRE(hold_out(images(10), {}, 0.01, 0, "c").validation.size() == 1);
  REQUIRE_THROWS_WITH(hold_out(images(1), {}, 0.2, 0, "c"), Catch::Contains("class c"));
  REQUIRE_THROWS_AS(hold_out(images(2), {"c/0", "c/1"}, 0.2, 0, "c"), Error);
}

TEST_CASE("held-out images are whole groups where groups are declared", "[selection]") {
  std::vector<Sample> made = images(12);
  for (size_t i = 0; i < made.size(); ++i) made[i].group = "module" + std::to_string(i % 4);
  std::set<std::vector<int64_t>> drawn;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const HeldOut split = hold_out(made, {"c/1"}, 0.3, seed, "c", true);  // 4 images: two groups of 3
    REQUIRE(split.validation.size() == 6);
    REQUIRE(split.training.size() == 6);
    std::set<std::string> held, trained;
    for (const int64_t i : split.validation) held.insert(made[static_cast<size_t>(i)].group);
    for (const int64_t i : split.training) trained.insert(made[static_cast<size_t>(i)].group);
    REQUIRE((held.size() == 2 && trained.size() == 2));
    REQUIRE_FALSE(held.contains("module1"));  // of the reference
    for (const std::string& group : held) REQUIRE_FALSE(trained.contains(group));
    drawn.insert(split.validation);
    REQUIRE(hold_out(made, {}, 0.3, seed, "c").validation == hold_out(images(12), {}, 0.3, seed, "c").validation);
  }
  REQUIRE(drawn.size() == 3);
  // a group that is nearly everything is left to train on
  for (size_t i = 0; i < made.size(); ++i) made[i].group = i < 2 ? "few" : "most";
  for (uint64_t seed = 0; seed < 5; ++seed) {
    const HeldOut split = hold_out(made, {}, 0.5, seed, "c", true);
    REQUIRE((!split.validation.empty() && !split.training.empty()));
  }
  for (Sample& sample : made) sample.group = "one";
  REQUIRE_THROWS_WITH(hold_out(made, {}, 0.2, 0, "c", true), Catch::Contains("all 12 training images are one"));
  REQUIRE_THROWS_WITH(hold_out(made, {"c/0"}, 0.2, 0, "c", true),
                      Catch::Contains("12 of them in groups of references"));
}

TEST_CASE("drawn anomalies tell a detector that sees them from one that is blind or wrong", "[selection]") {
  const GreyImages source;
  const Levels normal{{at::zeros({3, 3, 32, 32})}, 32};
  const DrawnValidation validation(normal, source, {0, 1, 2}, 7, 2);
  const double seeing = validation.quality(Brightness(1)), blind = validation.quality(Brightness(0)),
               wrong = validation.quality(Brightness(-1));
  REQUIRE(seeing > 0.95);
  REQUIRE(blind == 0.5);
  REQUIRE(wrong == Approx(1 - seeing));
  REQUIRE(DrawnValidation(normal, source, {0, 1, 2}, 7, 3).quality(Brightness(1)) == seeing);
}

TEST_CASE("the quality is the mean of what is defined; best metrics are taken one by one", "[selection]") {
  using Metrics = std::vector<std::pair<std::string, Metric>>;
  REQUIRE(quality_of({{"image_auroc", Metric::measured(0.5)},
                      {"pro", Metric::measured(0)},
                      {"pixel_auroc", Metric::measured(1)}}) == 0.75);
  REQUIRE(quality_of({{"image_auroc", Metric::measured(0.5)}, {"pixel_auroc", Metric::none("no mask")}}) == 0.5);
  const nlohmann::json epochs = {{{"metrics", {{"image_auroc", 0.9}, {"pro", 0.1}, {"pixel_f1_threshold", 7.0}}}},
                                 {{"metrics", {{"image_auroc", 0.7}, {"pro", 0.4}}}},
                                 {{"loss", 1.0}}};
  const Metrics best = best_over_epochs({{"image_auroc", Metric::measured(0.8)},
                                         {"pro", Metric::measured(0.2)},
                                         {"pixel_f1_threshold", Metric::measured(3)},
                                         {"pixel_auroc", Metric::none("no mask")}},
                                        epochs);
  REQUIRE(best[0].second.value == 0.9);
  REQUIRE(best[1].second.value == 0.4);
  REQUIRE(best[2].second.value == 3);
  REQUIRE_FALSE(best[3].second.defined());
}
