#include "benchmarks/regression/image_chance.h"

#include "core/metrics/average_precision.h"
#include "core/metrics/roc.h"
#include "core/metrics/statistics/bootstrap.h"

namespace adrep {
namespace {

using MetricOfImages = Metric (*)(const ScoredImages&);

MetricOfImages metric_of_images(const std::string& metric) {
  return metric == "image_auroc" ? auroc
         : metric == "image_ap"  ? average_precision
         : metric == "image_f1"  ? best_f1
                                 : nullptr;
}

}  // namespace

std::optional<double> image_standard_error(const std::string& metric, const std::vector<ImageScore>& scores,
                                           int64_t replicates) {
  constexpr double within_one_error = 0.6826894921370859;  // of a normal distribution
  const MetricOfImages measure = metric_of_images(metric);
  std::vector<float> values;
  std::vector<uint8_t> labels;
  for (const ImageScore& image : scores) {
    values.push_back(static_cast<float>(image.score));
    labels.push_back(image.anomalous);
  }
  if (!measure) return std::nullopt;
  const ImageStatistic statistic = [&](std::span<const int64_t> images) {
    std::vector<float> drawn;
    std::vector<uint8_t> drawn_labels;
    for (const int64_t image : images) {
      drawn.push_back(values[static_cast<size_t>(image)]);
      drawn_labels.push_back(labels[static_cast<size_t>(image)]);
    }
    return measure({drawn, drawn_labels});
  };
  const Interval interval =
      bootstrap_interval(labels, statistic, {.replicates = replicates, .confidence = within_one_error});
  if (!interval.low.defined() || !interval.high.defined()) return std::nullopt;
  return (interval.high.value - interval.low.value) / 2;
}

}  // namespace adrep
