#include "benchmarks/comparison/paired_scores.h"

#include "core/metrics/statistics/summary.h"

namespace adrep {

MethodScores scores_of(const std::vector<StoredResult>& seeds) {
  MethodScores all;
  for (const StoredResult& stored : seeds) {
    std::vector<ImageScore> images = stored.cell->scores;
    std::sort(images.begin(), images.end(), [](const ImageScore& a, const ImageScore& b) { return a.id < b.id; });
    std::vector<std::string> ids;
    std::vector<uint8_t> labels;
    std::vector<float> scores;
    for (const ImageScore& image : images) {
      ids.push_back(image.id);
      labels.push_back(image.anomalous);
      scores.push_back(static_cast<float>(image.score));
    }
    if (images.empty()) all.undefined = "the cell has no image scores";
    if (std::adjacent_find(ids.begin(), ids.end()) != ids.end()) all.undefined = "the cell has an image twice";
    if (all.scores.empty()) {
      all.ids = ids;
      all.labels = labels;
    } else if (ids != all.ids || labels != all.labels) {
      all.undefined = "the seeds have different test images";
    }
    all.scores.push_back(std::move(scores));
  }
  if (seeds.empty()) all.undefined = "no cell";
  return all;
}

ImageStatistic mean_auroc(const MethodScores& scores) {
  std::vector<ImageStatistic> of_seeds;
  for (const std::vector<float>& of_seed : scores.scores) of_seeds.push_back(auroc_of({of_seed, scores.labels}));
  return [of_seeds](std::span<const int64_t> images) {
    std::vector<Metric> values;
    for (const ImageStatistic& statistic : of_seeds) values.push_back(statistic(images));
    return summarise(values).mean;
  };
}

std::string unpaired(const MethodScores& first, const MethodScores& second) {
  if (!first.undefined.empty()) return first.undefined;
  if (!second.undefined.empty()) return second.undefined;
  return first.ids == second.ids && first.labels == second.labels ? "" : "the methods have different test images";
}

}  // namespace adrep
