#include "core/metrics/score_dangers.h"

#include <catch2/catch.hpp>

#include "core/metrics/score_maps.h"

using namespace adrep;
using namespace adrep::test;

namespace {

using Kind = Danger::Kind;

std::set<Kind> kinds(const ScoreMaps& maps, std::vector<uint8_t> labels,
                     std::vector<std::string> protocols = {"exact"}) {
  const std::vector<float> scores(labels.size(), 1);
  std::set<Kind> found;
  for (const Danger& danger : dangers_of(explain({maps.view(), {scores, labels}, 1}, protocols))) {
    CHECK(danger.text.ends_with('.'));
    found.insert(danger.kind);
  }
  return found;
}

/// Twelve defects of 6 x 6 pixels in 12 of 14 images, continuous scores without outliers.
ScoreMaps calm_maps() {
  Random random(3);
  ScoreMaps maps{14, 40, 40, {}, std::vector<uint8_t>(14 * 1600)};
  for (int64_t i = 0; i < 12; ++i)
    for (int64_t p = 0; p < 36; ++p) maps.masks[static_cast<size_t>(i * 1600 + (8 + p / 6) * 40 + 9 + p % 6)] = 1;
  for (uint8_t mask : maps.masks) maps.scores.push_back(static_cast<float>(random.uniform() + 0.3 * mask));
  return maps;
}

const std::vector<uint8_t> kLabels{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0};
const std::vector<std::string> kAllScores{"exact", "paper", "glass", "mvtec-100", "adeval-1000"};

}  // namespace

TEST_CASE("calm maps have no dangers", "[dangers]") {
  CHECK(kinds(calm_maps(), kLabels, kAllScores).empty());
}

TEST_CASE("each danger is found where it is, and no other", "[dangers]") {
  const ScoreMaps calm = calm_maps();

  std::vector<uint8_t> labels(14, 1);
  CHECK((kinds(calm, labels) == std::set{Kind::images}));  // no normal image, two without an anomalous pixel

  ScoreMaps outlier = calm;
  outlier.scores[0] = 20;  // thresholds 0.1 apart: three trace the curve
  CHECK((kinds(outlier, kLabels) == std::set{Kind::outliers}));
  CHECK((kinds(outlier, kLabels, {"paper"}) == std::set{Kind::outliers, Kind::sampling, Kind::order}));
  CHECK((kinds(outlier, kLabels, {"mvtec-100"}) == std::set{Kind::outliers}));

  ScoreMaps quantised = calm;
  for (float& score : quantised.scores) score = std::round(score * 255);
  CHECK((kinds(quantised, kLabels) == std::set{Kind::ties}));
  ScoreMaps flat = calm;
  for (float& score : flat.scores) score = std::max(score, 0.1f);
  CHECK((kinds(flat, kLabels) == std::set{Kind::ties}));

  ScoreMaps tiny = calm;
  tiny.masks[0] = 1;
  CHECK((kinds(tiny, kLabels) == std::set{Kind::regions}));
  ScoreMaps few = calm;
  std::fill(few.masks.begin(), few.masks.begin() + 3 * 1600, uint8_t{0});
  std::vector<uint8_t> fewer = kLabels;
  fewer[0] = fewer[1] = fewer[2] = 0;
  CHECK((kinds(few, fewer) == std::set{Kind::regions}));

  ScoreMaps corner = calm;  // a second square of 5 x 5 at a corner of the first
  for (int64_t p = 0; p < 25; ++p) corner.masks[static_cast<size_t>((14 + p / 5) * 40 + 15 + p % 5)] = 1;
  CHECK((kinds(corner, kLabels) == std::set{Kind::connectivity}));

  ScoreMaps normal = calm;
  std::fill(normal.masks.begin(), normal.masks.end(), uint8_t{0});
  CHECK((kinds(normal, std::vector<uint8_t>(14)) == std::set{Kind::undefined, Kind::images}));
}
