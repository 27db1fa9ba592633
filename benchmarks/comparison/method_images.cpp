#include "benchmarks/comparison/method_images.h"

#include "core/base/error.h"
#include "core/metrics/resampled_pixels.h"
#include "core/metrics/statistics/summary.h"

namespace adrep {
namespace {

constexpr double most_pixel_steps = 5e10;  // a step is one pixel of one replicate: about a nanosecond
constexpr double pro_limit = 0.3;

/// Image scores of one seed, images in the order of their ids.
struct SeedScores {
  std::vector<std::string> ids;
  std::vector<uint8_t> labels;
  std::vector<float> scores;
};

SeedScores scores_by_id(const Cell& cell) {
  std::vector<ImageScore> images = cell.scores;
  std::sort(images.begin(), images.end(), [](const ImageScore& a, const ImageScore& b) { return a.id < b.id; });
  SeedScores all;
  for (const ImageScore& image : images) {
    all.ids.push_back(image.id);
    all.labels.push_back(image.anomalous);
    all.scores.push_back(static_cast<float>(image.score));
  }
  return all;
}

/// Takes the images of the first seed; those of the others must be the same.
void add_seed(const std::vector<std::string>& ids, const std::vector<uint8_t>& labels, MethodImages& images) {
  if (images.ids.empty()) {
    images.ids = ids;
    images.labels = labels;
  } else if (ids != images.ids || labels != images.labels) {
    images.undefined = "the seeds have different test images";
  }
}

ImageStatistic mean_over_seeds(std::vector<ImageStatistic> of_seeds) {
  return [of_seeds = std::move(of_seeds)](std::span<const int64_t> images) {
    std::vector<Metric> values;
    for (const ImageStatistic& statistic : of_seeds) values.push_back(statistic(images));
    return summarise(values).mean;
  };
}

void refuse_too_long(const LoadedMaps& maps, int64_t replicates) {
  const auto pixels = static_cast<double>(maps.scores.size());
  if (pixels * static_cast<double>(replicates) > most_pixel_steps)
    throw_input("{} replicates of {} pixels would take too long: at most {} replicates", replicates, maps.scores.size(),
                static_cast<int64_t>(most_pixel_steps / pixels));
}

ImageStatistic pixel_statistic(const LoadedMaps& maps, const std::string& metric, int threads) {
  const bool pro = metric == "pro";
  const std::vector<double> limits = pro ? std::vector<double>{pro_limit} : std::vector<double>{};
  return [pixels = std::make_shared<const ResampledPixels>(maps.scored().pixels, threads), limits,
          pro](std::span<const int64_t> images) {
    const PixelMetrics values = pixels->metrics_of(images, limits);
    return pro ? values.aupro[0] : values.auroc;
  };
}

}  // namespace

MethodImages images_with_scores(const std::vector<StoredResult>& seeds) {
  MethodImages images;
  std::vector<ImageStatistic> of_seeds;
  for (const StoredResult& stored : seeds) {
    const SeedScores seed = scores_by_id(*stored.cell);
    if (seed.ids.empty()) images.undefined = "the cell has no image scores";
    if (std::adjacent_find(seed.ids.begin(), seed.ids.end()) != seed.ids.end())
      images.undefined = "the cell has an image twice";
    add_seed(seed.ids, seed.labels, images);
    of_seeds.push_back(auroc_of({seed.scores, seed.labels}));
  }
  if (seeds.empty()) images.undefined = "no cell";
  images.metric = mean_over_seeds(std::move(of_seeds));
  return images;
}

MethodImages images_with_maps(const std::vector<StoredResult>& seeds, const std::string& metric, const KeptMaps& maps,
                              int64_t replicates, int threads) {
  MethodImages images;
  std::vector<ImageStatistic> of_seeds;
  if (seeds.empty()) images.undefined = "no cell";
  try {
    for (const StoredResult& stored : seeds) {
      const LoadedMaps loaded = maps.of(stored, threads);
      refuse_too_long(loaded, replicates);
      add_seed(loaded.names, loaded.labels, images);
      of_seeds.push_back(pixel_statistic(loaded, metric, threads));
    }
  } catch (const InputError& unusable) {
    images.undefined = unusable.what();
  }
  if (images.undefined.empty()) images.metric = mean_over_seeds(std::move(of_seeds));
  return images;
}

std::string unpaired(const MethodImages& first, const MethodImages& second) {
  if (!first.undefined.empty()) return first.undefined;
  if (!second.undefined.empty()) return second.undefined;
  return first.ids == second.ids && first.labels == second.labels ? "" : "the methods have different test images";
}

}  // namespace adrep
