#include "benchmarks/map_evaluation/map_intervals.h"

#include "core/metrics/pixel_metrics.h"
#include "core/metrics/resampled_pixels.h"

namespace adrep {
namespace {

constexpr double kMostSteps = 5e10;                   // a step is one pixel of one replicate: about a nanosecond
constexpr int64_t kResampledBytesPerPixel = 12 + 12;  // what is in memory already, and sorting with the image's number

const std::vector<std::string> kImageMetrics = {"image_auroc", "image_ap", "image_f1"};

void append(std::vector<Metric>& values, const ImageMetrics& images) {
  values.insert(values.end(), {images.auroc, images.average_precision, images.best_f1});
}
void append(std::vector<Metric>& values, const PixelMetrics& pixels) {
  values.insert(values.end(), {pixels.auroc, pixels.average_precision, pixels.best_f1, pixels.largest_iou});
  values.insert(values.end(), pixels.aupro.begin(), pixels.aupro.end());
}

ImageMetrics drawn_image_metrics(const ScoredImages& all, std::span<const int64_t> images) {
  std::vector<float> scores;
  std::vector<uint8_t> labels;
  for (const int64_t i : images) {
    scores.push_back(all.scores[static_cast<size_t>(i)]);
    labels.push_back(all.labels[static_cast<size_t>(i)]);
  }
  return exact_image_metrics({scores, labels});
}

/// Why pixel metrics get no intervals, or "".
std::string why_images_only(const MapScores& scores, const MetricsSettings& settings) {
  if (!scores.loaded()) return "they need " + scores.why_not_in_memory();
  const int64_t pixels = std::ssize(scores.loaded()->scores);
  if (pixels > settings.memory_bytes() / kResampledBytesPerPixel)
    return fmt::format("they need {} bytes a pixel: raise memory={}", kResampledBytesPerPixel, settings.memory);
  if (static_cast<double>(pixels) * static_cast<double>(settings.bootstrap) > kMostSteps)
    return fmt::format("{} replicates of {} pixels would take too long: at most {} replicates", settings.bootstrap,
                       pixels, static_cast<int64_t>(kMostSteps / static_cast<double>(pixels)));
  return "";
}

}  // namespace

void add_intervals(MapReport& report, MapScores& scores, const MetricsSettings& settings) {
  const BootstrapOptions options{settings.bootstrap, settings.confidence, static_cast<uint64_t>(settings.seed),
                                 static_cast<int>(settings.threads)};
  std::vector<MapMetric>& rows = report.sections.front().rows;
  const std::string images_only = why_images_only(scores, settings);
  std::vector<std::string> names = kImageMetrics;
  std::optional<ResampledPixels> pixels;
  const std::vector<double> limits = settings.pro_limits();
  if (images_only.empty()) {
    names.insert(names.end(), {"pixel_auroc", "pixel_ap", "pixel_f1", "pixel_iou"});
    for (const MapMetric& metric : rows)
      if (metric.name == "pro" || metric.name.starts_with("pro_")) names.push_back(metric.name);
    pixels.emplace(scores.loaded()->scored().pixels, options.threads);
  }
  const ResampledStatistics statistics = [&](std::span<const int64_t> images) {
    std::vector<Metric> values;
    append(values, drawn_image_metrics(scores.images(), images));
    if (pixels) append(values, pixels->metrics_of(images, limits));
    return values;
  };
  const std::vector<Interval> intervals = bootstrap_intervals(scores.images().labels, statistics, options);
  for (size_t i = 0; i < names.size(); ++i)
    for (MapMetric& metric : rows)
      if (metric.name == names[i]) metric.interval = intervals[i];
  report.confidence = settings.confidence;
  report.notes.push_back(
      fmt::format("intervals: {:g} % percentile bootstrap over images, normal and anomalous ones drawn apart, {} "
                  "replicates, seed {}; of the exact metrics",
                  100 * settings.confidence, settings.bootstrap, settings.seed));
  if (!images_only.empty()) report.notes.push_back("no intervals of pixel metrics: " + images_only);
}

}  // namespace adrep
