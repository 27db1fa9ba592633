#include "detectors/training/trainer.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/random.h"
#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// One weight that walks at random; an "optimiser" that remembers the last step.
struct Walk : Trainee {
  at::Tensor weight = at::zeros({1}, at::kDouble), last = at::zeros({1}, at::kDouble);
  double broken = 0;  // added to the loss of the third epoch
  int64_t readied = 0;

  int64_t steps() const override { return 2; }
  void run(int64_t epoch, uint64_t seed, const Step& step) override {
    Random random(seed);
    for (int i = 0; i < 2; ++i) {
      last = at::full({1}, random.normal(), at::kDouble) + 0.5 * last;
      weight = weight + last;
      step(weight.abs().sum() + (epoch == 2 ? broken : 0));
    }
  }
  void save(TensorMap& model, TensorMap& optimiser) const override {
    model["weight"] = weight;
    optimiser["last"] = last;
  }
  void load(const TensorMap& model, const TensorMap& optimiser, const std::string&) override {
    weight = model.at("weight");
    if (optimiser.contains("last")) last = optimiser.at("last");
  }
  void ready() override { ++readied; }
};

struct Nothing : Detector {
  void fit(const FeatureSource&, const FitContext&) override {}
  Scores score(const Levels&) const override { return {}; }
  TensorMap state() const override { return {}; }
  void load(const TensorMap&) override {}
};

struct Reports : FitObserver {
  void progress(const std::string&, int64_t done, int64_t total) override { last_done = done, last_total = total; }
  void epoch(const EpochReport& report) override { reports.push_back(report); }
  std::vector<EpochReport> reports;
  int64_t last_done = 0, last_total = 0;
};

double trained(int64_t epochs, FitContext context) {
  Walk walk;
  train(walk, Nothing(), {"walk", epochs, 0}, context);
  return walk.weight.item<double>();
}

}  // namespace

TEST_CASE("training continued from any checkpoint is the same bit for bit", "[trainer]") {
  Reports reports;
  std::vector<TensorMap> checkpoints;
  FitContext context{.observer = reports, .seed = 4};
  context.checkpoint = [&](const TensorMap& state) { checkpoints.push_back(state); };
  const double whole = trained(5, context);
  REQUIRE(checkpoints.size() == 5);
  context.checkpoint = {};
  for (const TensorMap& state : checkpoints) {
    const TemporaryFolder folder;
    write_safetensors(folder / "state.safetensors", state);
    const TensorMap read = read_safetensors(folder / "state.safetensors").tensors;
    context.resume = &read;
    REQUIRE(trained(5, context) == whole);
  }
  const TensorMap foreign{{"weight", at::zeros({1})}};
  context.resume = &foreign;
  REQUIRE_THROWS_AS(trained(5, context), InputError);
  context.resume = nullptr;
  context.seed = 5;
  REQUIRE(trained(5, context) != whole);
}

TEST_CASE("every epoch is reported, and progress ends at its total", "[trainer]") {
  Reports reports;
  trained(3, {.observer = reports});
  REQUIRE(reports.reports.size() == 3);
  REQUIRE(reports.reports[2].epoch == 2);
  REQUIRE(reports.reports[2].epochs == 3);
  REQUIRE(reports.reports[0].stage == "walk");
  REQUIRE(reports.last_done == 6);
  REQUIRE(reports.last_total == 6);
}

TEST_CASE("a loss that is not finite ends the training with its place", "[trainer]") {
  Reports reports;
  for (const double broken : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Walk walk;
    walk.broken = broken;
    REQUIRE_THROWS_WITH(train(walk, Nothing(), {"walk", 5, 0}, {.observer = reports}),
                        Catch::Contains("walk: the loss became") && Catch::Contains("step 1 of epoch 3"));
  }
}

TEST_CASE("with a quality the best epoch's model is kept, also when training is continued", "[trainer]") {
  Reports reports;
  std::vector<double> weights;
  std::vector<TensorMap> checkpoints;
  Walk walk;
  FitContext context{.observer = reports, .seed = 1};
  context.quality = [&](const Detector&) {
    weights.push_back(walk.weight.item<double>());
    return weights.size() == 3 ? 1.0 : 0.0;
  };
  context.checkpoint = [&](const TensorMap& state) { checkpoints.push_back(state); };
  train(walk, Nothing(), {"walk", 6, 0}, context);
  REQUIRE(weights.size() == 6);
  REQUIRE(walk.weight.item<double>() == weights[2]);
  REQUIRE(weights[2] != weights[5]);
  REQUIRE(walk.readied == 7);  // before every quality, and at the end
  REQUIRE(reports.reports[2].quality == 1.0);

  Walk continued;
  context.quality = [](const Detector&) { return 0.5; };
  context.resume = &checkpoints[3];
  train(continued, Nothing(), {"walk", 6, 0}, context);
  REQUIRE(continued.weight.item<double>() == weights[2]);
}

TEST_CASE("patience ends a training whose quality no longer rises", "[trainer]") {
  Reports reports;
  FitContext context{.observer = reports};
  int64_t asked = 0;
  context.quality = [&](const Detector&) { return ++asked <= 2 ? static_cast<double>(asked) : 0.0; };
  Walk walk;
  train(walk, Nothing(), {"walk", 100, 3}, context);
  REQUIRE(asked == 5);  // the second was best, then three without a better one
}

TEST_CASE("gradients are clipped by their common norm", "[trainer]") {
  const at::Tensor a = at::zeros({2}).requires_grad_(), b = at::zeros({1}).requires_grad_(),
                   c = at::zeros({1}).requires_grad_();
  a.mutable_grad() = at::tensor({3.0F, 0.0F});
  b.mutable_grad() = at::tensor({4.0F});
  REQUIRE(clip_gradients({{"a", a}, {"b", b}, {"c", c}}, 10).item<float>() == 5);
  REQUIRE(a.grad()[0].item<float>() == 3);
  REQUIRE(clip_gradients({{"a", a}, {"b", b}, {"c", c}}, 0.1).item<float>() == 5);
  REQUIRE(a.grad()[0].item<float>() == Approx(0.06).epsilon(1e-5));
  REQUIRE(b.grad()[0].item<float>() == Approx(0.08).epsilon(1e-5));
  REQUIRE_FALSE(c.grad().defined());
}
