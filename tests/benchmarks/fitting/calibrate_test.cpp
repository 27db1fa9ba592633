#include "benchmarks/fitting/calibrate.h"

#include <catch2/catch.hpp>

#include <ATen/ATen.h>

#include "core/base/random.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

constexpr int calibrate_side = 12;

ScoredImage scored_map(uint64_t seed, const Content& content) {
  ScoredImage image;
  Random random(seed);
  at::Tensor map = at::full({calibrate_side, calibrate_side}, 100.0F);  // padding, which must not count
  float* values = map.mutable_data_ptr<float>();
  for (int y = content.top; y < content.top + content.height; ++y)
    for (int x = content.left; x < content.left + content.width; ++x)
      values[y * calibrate_side + x] = static_cast<float>(random.uniform(0, 1));
  image.prediction = {.score = random.uniform(0, 1), .map = map, .width = 24, .height = 24, .content = content};
  return image;
}

std::vector<ScoredImage> scored_maps(int count) {
  std::vector<ScoredImage> images;
  for (int i = 0; i < count; ++i)
    images.push_back(scored_map(static_cast<uint64_t>(i) + 1, i % 2 == 0 ? Content{0, 0, calibrate_side, calibrate_side}
                                                                         : Content{0, 3, calibrate_side, 6}));
  return images;
}

}  // namespace

TEST_CASE("so large a share of the middle image's pixels lies above the pixel threshold, padding left out",
          "[fitting]") {
  const std::vector<ScoredImage> images = scored_maps(7);
  const double share = GENERATE(0.001, 0.02, 0.1, 0.5);
  const double threshold = pixel_threshold(images, share);
  int more = 0, fewer = 0, equal = 0;
  for (const ScoredImage& image : images) {
    const Content& part = image.prediction.content;
    const at::Tensor values = image.prediction.map.narrow(0, part.top, part.height);
    const auto above = (values > threshold).sum().item<int64_t>();
    const auto wanted = static_cast<int64_t>(share * static_cast<double>(values.numel()));
    more += above > wanted;
    fewer += above < wanted;
    equal += above == wanted;
  }
  CHECK(equal >= 1);
  CHECK(more <= 3);
  CHECK(fewer <= 3);
}

TEST_CASE("a calibration is of the scores and the largest regions", "[fitting]") {
  const std::vector<ScoredImage> images = scored_maps(59);
  FitSettings settings;
  settings.pixels = 0.05;
  const Calibration made = calibration_from(images, 0, settings);
  CHECK(made.images.size() == 59);
  double largest = 0;
  for (size_t i = 0; i < images.size(); ++i) {
    const Prediction& one = images[i].prediction;
    largest = std::max(largest, largest_region(one.map, one.content, made.pixel_threshold));
  }
  CHECK(made.regions.ascending().back() == largest);
  CHECK(made.region_area == largest);
  REQUIRE(made.notes.size() == 2);
  CHECK(made.notes[0] == "false_alarm=0.01: 59 good images support 1.7 %, not 1 %: 99 would be needed");
  settings.false_alarm = settings.false_alarm_region = 0.05;
  CHECK(calibration_from(images, 0, settings).notes.empty());
  CHECK(calibration_from(images, 4, settings).form == "cv");
}
