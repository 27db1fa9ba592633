#include <numeric>

#include "core/metrics/aupimo.h"
#include "core/metrics/device_ranking.h"
#include "core/metrics/operating_point.h"
#include "core/metrics/protocol.h"
#include "core/metrics/resampled_pixels.h"
#include "core/metrics/score_maps.h"
#include "core/metrics/streaming.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// The same maps in the middle of larger ones: `margin` more pixels a side, outside of every metric, whose scores are
/// the highest or the lowest of all.
ScoreMaps framed(const ScoreMaps& maps, int64_t margin, float score) {
  ScoreMaps frame{maps.images, maps.height + 2 * margin, maps.width + 2 * margin, {}, {}};
  frame.scores.assign(static_cast<size_t>(frame.pixels()), score);
  frame.masks.assign(static_cast<size_t>(frame.pixels()), outside_pixel);
  for (int64_t i = 0; i < maps.images; ++i)
    for (int64_t y = 0; y < maps.height; ++y)
      for (int64_t x = 0; x < maps.width; ++x) {
        const auto from = static_cast<size_t>((i * maps.height + y) * maps.width + x);
        const auto to = static_cast<size_t>((i * frame.height + y + margin) * frame.width + x + margin);
        frame.scores[to] = maps.scores[from];
        frame.masks[to] = maps.masks[from];
      }
  return frame;
}

const std::vector<float> kFramedScores{0.5F, 0.25F, 1, 2, 0, 3, 4};
const std::vector<uint8_t> kFramedLabels{0, 1, 1, 0, 1, 0, 1};

}  // namespace

TEST_CASE("pixels outside change no metric of any protocol, whatever their scores", "[metrics][outside]") {
  for (const int levels : {0, 9}) {
    const ScoreMaps maps = random_maps(5, 7, 23, 17, levels);
    for (const float score : {-100.0F, 0.0F, 100.0F}) {
      const ScoreMaps frame = framed(maps, 3, score);
      for (const std::string name : {"exact", "paper", "glass", "mvtec-50", "adeval-40"}) {
        INFO(name << " " << score << " " << levels);
        const NamedProtocol protocol(name);
        const auto expected = protocol.evaluate({maps.view(), {kFramedScores, kFramedLabels}}).values();
        const auto actual = protocol.evaluate({frame.view(), {kFramedScores, kFramedLabels}}).values();
        REQUIRE(actual.size() == expected.size());
        for (size_t i = 0; i < expected.size(); ++i) {
          INFO(expected[i].first);
          CHECK(actual[i].second.undefined == expected[i].second.undefined);
          CHECK(actual[i].second.value == expected[i].second.value);
        }
      }
    }
  }
}

TEST_CASE("rankings of every kind leave pixels outside out", "[metrics][outside]") {
  const ScoreMaps maps = random_maps(6, 6, 15, 21, 12), frame = framed(maps, 2, 50);
  const std::vector<double> limits{0.3, 1};
  const PixelMetrics expected = exact_pixel_metrics(maps.view(), limits);
  const TemporaryFolder folder;
  StreamingScores streaming(folder.path(), 1 << 20);
  const auto per_image = static_cast<size_t>(frame.height * frame.width);
  const ScoredPixels view = frame.view();
  for (int64_t i = 0; i < frame.images; ++i) {
    const size_t first = static_cast<size_t>(i) * per_image;
    streaming.add_image(view.scores.subspan(first, per_image), view.masks.subspan(first, per_image), frame.height,
                        frame.width);
  }
  check_equal(exact_pixel_metrics(streaming, limits), expected);

  std::vector<int64_t> all(static_cast<size_t>(maps.images));
  std::iota(all.begin(), all.end(), 0);
  const PixelMetrics drawn = ResampledPixels(frame.view()).metrics_of(all, limits);
  CHECK(drawn.auroc.value == expected.auroc.value);
  CHECK(drawn.average_precision.value == expected.average_precision.value);
  CHECK(drawn.aupro[0].value == Approx(expected.aupro[0].value).margin(1e-12));

  const std::vector<int64_t> shape{frame.images, frame.height, frame.width};
  DeviceRanking device(at::tensor(frame.scores).view(shape), at::tensor(frame.masks, at::kByte).view(shape));
  check_equal(exact_pixel_metrics(device, limits), expected);

  const Aupimo framed_pimo = aupimo(frame.view(), 1e-3, 0.5), pimo = aupimo(maps.view(), 1e-3, 0.5);
  REQUIRE(pimo.mean.defined());
  CHECK(framed_pimo.mean.value == pimo.mean.value);

  const Confusion counted = confusion(frame.view(), 0.5F), plain = confusion(maps.view(), 0.5F);
  CHECK(counted.false_positives == plain.false_positives);
  CHECK(counted.true_negatives == plain.true_negatives);
  CHECK(counted.true_positives == plain.true_positives);
}

TEST_CASE("where everything normal is outside, metrics of two classes are undefined", "[metrics][outside]") {
  const std::vector<float> scores{1, 2, 3, 4};
  const std::vector<uint8_t> masks{1, outside_pixel, 1, outside_pixel};
  for (const std::string name : {"exact", "paper", "mvtec-50", "adeval-40"}) {
    const auto values = NamedProtocol(name).evaluate({{scores, masks, 1, 2, 2}, {kFramedScores, kFramedLabels}});
    INFO(name);
    CHECK(values.find("pixel_auroc")->undefined == "no normal pixel");
    CHECK(values.find("pro")->undefined == "no normal pixel");
  }
}
