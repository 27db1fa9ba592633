// The protocols themselves: add one here and it is known everywhere.
#include "core/metrics/adeval_protocol.h"
#include "core/metrics/pixel_metrics.h"
#include "core/metrics/pro_protocols.h"
#include "core/metrics/protocol.h"

namespace adrep {
namespace {

MetricSet metric_set(const ImageMetrics& images, const PixelMetrics& pixels, const Metric& pro) {
  MetricSet set;
  set.add("image_auroc", images.auroc);
  set.add("image_ap", images.average_precision);
  set.add("image_f1", images.best_f1);
  set.add("image_f1_threshold", images.best_f1_threshold);
  set.add("pixel_auroc", pixels.auroc);
  set.add("pixel_ap", pixels.average_precision);
  set.add("pixel_f1", pixels.best_f1);
  set.add("pixel_f1_threshold", pixels.best_f1_threshold);
  set.add("pro", pro);
  return set;
}

PixelMetrics pixel_metrics(const Scored& scored, const std::vector<double>& limits) {
  return scored.groups ? exact_pixel_metrics(*scored.groups, limits)
                       : exact_pixel_metrics(scored.pixels, limits, scored.threads);
}

MetricSet exact(const Scored& scored, int64_t) {
  const PixelMetrics pixels = pixel_metrics(scored, {0.3, 0.05, 1});
  MetricSet set = metric_set(exact_image_metrics(scored.images), pixels, pixels.aupro[0]);
  set.add("pro_0_05", pixels.aupro[1]);
  set.add("pro_1_00", pixels.aupro[2]);
  return set;
}

/// All but `pro` exact.
MetricSet with_pro(const Scored& scored, const ProRule& rule) {
  return metric_set(exact_image_metrics(scored.images), pixel_metrics(scored, {}),
                    pro_by(scored.pixels, rule, scored.threads));
}

MetricSet adeval(const Scored& scored, int64_t bins) {
  ImageMetrics images = exact_image_metrics(scored.images);
  PixelMetrics pixels = pixel_metrics(scored, {});
  const BinnedMetrics binned_images = adeval_metrics(scored.images, bins);
  const BinnedMetrics binned = adeval_metrics(scored.pixels, bins, scored.threads);
  images.auroc = binned_images.auroc;
  images.average_precision = binned_images.area_under_precision_recall;
  pixels.auroc = binned.auroc;
  pixels.average_precision = binned.area_under_precision_recall;
  return metric_set(images, pixels, binned.pro);
}

ProRule paper(int64_t) {
  return paper_rule();
}
ProRule glass(int64_t) {
  return glass_rule();
}

template <ProRule (*Rule)(int64_t)>
MetricSet by_rule(const Scored& scored, int64_t count) {
  return with_pro(scored, Rule(count));
}

const Protocol kProtocols[] = {
    {"exact",
     "every distinct score is a threshold; PRO to a false-positive rate of 0.3 (also 0.05 and 1)",
     1,
     0,
     exact,
     {}},
    {"paper", "PRO of the published evaluation: 200 linear thresholds, rate below 0.3, rescaled", 1, 0, by_rule<paper>,
     paper},
    {"glass", "PRO of the published GLASS evaluation: as paper, the covered fraction after a 5x5 dilation", 1, 0,
     by_rule<glass>, glass},
    {"mvtec-N", "PRO of MVTec's evaluation code: thresholds at N equidistant ranks of the normal pixels", 1, 2,
     by_rule<mvtec_rule>, mvtec_rule},
    {"adeval-N", "AUROC, AP (by trapezoids) and PRO from adeval's histograms of N bins", 1, 5, adeval, adeval_rule},
};

[[maybe_unused]] const bool registered_protocols = [] {
  for (const Protocol& entry : kProtocols) Registry<Protocol>::instance().add(entry);
  return true;
}();

}  // namespace
}  // namespace adrep
