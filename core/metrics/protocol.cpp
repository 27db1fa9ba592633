#include "core/metrics/protocol.h"

#include "core/metrics/pixel_metrics.h"
#include "core/metrics/pro_protocols.h"

namespace adrep {

const Metric* MetricSet::find(const std::string& name) const {
  for (const auto& [key, metric] : values_)
    if (key == name) return &metric;
  return nullptr;
}

Protocol protocol(const std::string& name) {
  return Registry<Protocol>::instance().get(name, "protocol");
}

std::vector<std::string> protocol_names() {
  return Registry<Protocol>::instance().names();
}

namespace {

MetricSet start(const ImageMetrics& images, const PixelMetrics& pixels) {
  MetricSet set;
  set.add("image_auroc", images.auroc);
  set.add("image_ap", images.average_precision);
  set.add("image_f1", images.best_f1);
  set.add("image_f1_threshold", images.best_f1_threshold);
  set.add("pixel_auroc", pixels.auroc);
  set.add("pixel_ap", pixels.average_precision);
  set.add("pixel_f1", pixels.best_f1);
  set.add("pixel_f1_threshold", pixels.best_f1_threshold);
  return set;
}

MetricSet exact(const ScoredPixels& pixels, const ScoredImages& images, int threads) {
  const PixelMetrics metrics = exact_pixel_metrics(pixels, {0.3, 0.05, 1}, threads);
  MetricSet set = start(exact_image_metrics(images), metrics);
  set.add("pro", metrics.aupro[0]);
  set.add("pro_0_05", metrics.aupro[1]);
  set.add("pro_1_00", metrics.aupro[2]);
  return set;
}

/// A protocol that differs from the exact one in its PRO only.
auto with_pro(Metric (*pro)(const ScoredPixels&, int)) {
  return [pro](const ScoredPixels& pixels, const ScoredImages& images, int threads) {
    MetricSet set = start(exact_image_metrics(images), exact_pixel_metrics(pixels, {}, threads));
    set.add("pro", pro(pixels, threads));
    return set;
  };
}

[[maybe_unused]] const Protocol& registered_exact = Registry<Protocol>::instance().add(
    {"exact", "every distinct score is a threshold; PRO to a false-positive rate of 0.3 (also 0.05 and 1)", 1, exact});
[[maybe_unused]] const Protocol& registered_paper = Registry<Protocol>::instance().add(
    {"paper", "PRO of the published evaluation: 200 linear thresholds, rate below 0.3, rescaled", 1,
     with_pro(pro_paper)});
[[maybe_unused]] const Protocol& registered_glass = Registry<Protocol>::instance().add(
    {"glass", "PRO of the published GLASS evaluation: as paper, the covered fraction after a 5x5 dilation", 1,
     with_pro(pro_glass)});

}  // namespace
}  // namespace adrep
