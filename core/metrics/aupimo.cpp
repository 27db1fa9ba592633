#include "core/metrics/aupimo.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/metrics/score_ranking.h"
#include "core/metrics/validation.h"

namespace adrep {
namespace {

/// Wholly normal images and anomalous pixels only; an image is one region.
struct Selection {
  std::vector<float> scores;
  std::vector<uint8_t> masks;
  Regions images;

  ScoredPixels view() const { return {scores, masks, 1, 1, std::ssize(scores)}; }
};

Selection select(const ScoredPixels& pixels) {
  Selection selection;
  const int64_t size = pixels.height * pixels.width;
  for (int64_t image = 0; image < pixels.images; ++image) {
    const auto scores = pixels.scores.subspan(static_cast<size_t>(image * size), static_cast<size_t>(size));
    const auto masks = pixels.masks.subspan(static_cast<size_t>(image * size), static_cast<size_t>(size));
    const int64_t begin = std::ssize(selection.scores);
    const int64_t area = std::count(masks.begin(), masks.end(), 1);
    for (size_t p = 0; p < scores.size(); ++p)
      if (masks[p] == (area == 0 ? 0 : 1)) selection.scores.push_back(scores[p]);
    selection.masks.resize(selection.scores.size(), area > 0);
    if (area > 0) selection.images.runs.push_back({begin, begin + area, static_cast<uint32_t>(image)});
    selection.images.areas.push_back(area);
  }
  return selection;
}

/// Why there is no value for this many normal pixels, or "".
std::string why_undefined(int64_t normals, double upper) {
  if (normals == 0) return "no wholly normal image";
  if (upper * static_cast<double>(normals) > 1) return "";
  return fmt::format(
      "its bounds lie below one normal pixel: one of {} is a false-positive rate of {:.3g}, the upper "
      "bound is {:g}",
      normals, 1 / static_cast<double>(normals), upper);
}

}  // namespace

// A pixel that is found at a rate F adds what lies to the right of F on the logarithmic axis.
Aupimo aupimo(const ScoredPixels& pixels, double lower, double upper, int threads) {
  if (!(lower > 0 && lower < upper && upper <= 1))
    throw_input("AUPIMO from {} to {}: both must be above 0, ascending, and at most 1", lower, upper);
  check(pixels);
  const Selection selection = select(pixels);
  ScoreRanking ranking(selection.view(), selection.images, threads);
  const std::string missing = why_undefined(ranking.totals().normals, upper);
  std::vector<double> areas(static_cast<size_t>(pixels.images));
  ranking.visit([&](const ScoreGroup& group) {
    const double rate =
        static_cast<double>(group.normals_above + group.normals_tied) / static_cast<double>(ranking.totals().normals);
    if (!(rate < upper)) return false;
    const double width = std::log(upper / std::max(rate, lower));
    for (const RegionCount& image : group.regions) areas[image.region] += width * image.pixels;
    return true;
  });

  Aupimo result;
  double sum = 0, anomalous = 0;
  for (size_t i = 0; i < areas.size(); ++i) {
    const int64_t area = selection.images.areas[i];
    if (area == 0 || !missing.empty()) {
      result.images.push_back(Metric::none(area == 0 ? "no anomalous pixel" : missing));
      continue;
    }
    result.images.push_back(Metric::measured(areas[i] / std::log(upper / lower) / static_cast<double>(area)));
    sum += result.images.back().value;
    anomalous += 1;
  }
  const bool is_marked = ranking.totals().anomalous > 0;
  if (!missing.empty() && (is_marked || ranking.totals().normals == 0))
    result.mean = Metric::none(missing);
  else if (!is_marked)
    result.mean = Metric::none("no anomalous image");
  else
    result.mean = Metric::measured(sum / anomalous);
  return result;
}

}  // namespace adrep
