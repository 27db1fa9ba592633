#include "core/training/schedule.h"

#include <catch2/catch.hpp>

#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("schedules equal the reference's learning rates", "[golden][training]") {
  auto golden = load_golden("schedule");
  const auto compare = [](const at::Tensor& expected, const auto& rate_at) {
    for (int64_t i = 0; i < expected.numel(); ++i)
      REQUIRE(rate_at(i) == Approx(expected[i].item<double>()).epsilon(1e-12));
  };
  const MultiStepSchedule pretraining{1e-4, {7, 9}, 0.1}, uniad{1e-4, {801}, 0.1};
  compare(golden["expected64/pretrain"], [&](int64_t epoch) { return pretraining.at(epoch); });
  compare(golden["expected64/uniad"], [&](int64_t epoch) { return uniad.at(epoch); });

  const auto& hyper = golden.description["cflow"];
  WarmCosineSchedule cflow;
  cflow.epochs = hyper.at("meta_epochs");
  const int64_t batches = hyper.at("sub_epochs").get<int64_t>() * hyper.at("batches").get<int64_t>();
  REQUIRE(golden["expected64/cflow"].numel() == cflow.epochs * batches);
  compare(golden["expected64/cflow"], [&](int64_t i) { return cflow.at(i / batches, i % batches, batches); });
}

TEST_CASE("multi-step schedule: the rate falls at each milestone", "[training]") {
  const MultiStepSchedule schedule{1, {2, 5}, 0.5};
  for (const auto& [epoch, rate] : {std::pair{0, 1.0}, {1, 1.0}, {2, 0.5}, {4, 0.5}, {5, 0.25}, {99, 0.25}})
    REQUIRE(schedule.at(epoch) == rate);
  REQUIRE(MultiStepSchedule{3, {}, 0.1}.at(1000) == 3);
}

TEST_CASE("warm cosine schedule: linear by batch, then constant within an epoch and falling", "[training]") {
  const WarmCosineSchedule schedule{1, 10, 2, 0.1, 1e-3};
  REQUIRE(schedule.at(0, 0, 4) == Approx(0.1));
  const double step = schedule.at(0, 1, 4) - schedule.at(0, 0, 4);
  for (int64_t k = 0; k + 1 < 8; ++k)
    REQUIRE(schedule.at((k + 1) / 4, (k + 1) % 4, 4) - schedule.at(k / 4, k % 4, 4) == Approx(step));
  REQUIRE(schedule.at(2, 0, 4) - schedule.at(1, 3, 4) == Approx(step));
  for (int64_t epoch = 2; epoch < 10; ++epoch) {
    REQUIRE(schedule.at(epoch, 0, 4) == schedule.at(epoch, 3, 4));
    REQUIRE(schedule.at(epoch + 1, 0, 4) < schedule.at(epoch, 0, 4));
  }
  REQUIRE(schedule.at(5, 0, 4) == Approx(1e-3 + (1 - 1e-3) / 2));
}

TEST_CASE("a short warm cosine schedule has a warm-up in proportion, and trains at its rate after it", "[training]") {
  WarmCosineSchedule schedule{1, 25, 2, 0.1, 1e-3};
  const WarmCosineSchedule published = schedule;
  schedule.scaled_below = 25;
  for (int64_t k = 0; k < 25 * 8; ++k) CHECK(schedule.at(k / 8, k % 8, 8) == published.at(k / 8, k % 8, 8));
  schedule.epochs = 2;
  // the warm-up is 2/25 of 200 batches
  CHECK(schedule.at(0, 0, 100) == Approx(0.1));
  CHECK(schedule.at(0, 15, 100) > 0.9);
  for (const int64_t batch : {16, 50, 99}) CHECK(schedule.at(0, batch, 100) == Approx(1));
  CHECK(schedule.at(1, 0, 100) == Approx(1e-3 + (1 - 1e-3) / 2));
  // as published the largest rate of two epochs is the one it starts with
  WarmCosineSchedule whole = published;
  whole.epochs = 2;
  for (int64_t k = 0; k < 200; ++k) CHECK(whole.at(k / 100, k % 100, 100) <= 0.1);
}
