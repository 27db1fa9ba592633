#pragma once
#include <string>
#include <vector>

#include "benchmarks/comparison/kept_maps.h"
#include "core/metrics/statistics/bootstrap.h"

namespace adrep {

/// One method on one data set as a bootstrap takes it: its test images, and a metric of any draw of them.
struct MethodImages {
  std::vector<std::string> ids;
  std::vector<uint8_t> labels;  ///< 1 = anomalous
  ImageStatistic metric;        ///< of chosen images, by their indices; the mean over seeds
  std::string undefined;        ///< why there is none, or ""
};

/// Image AUROC of the scores that the cells hold; images in the order of their ids.
MethodImages images_with_scores(const std::vector<StoredResult>& seeds);

/// `metric` of kept score maps, pixel_auroc or pro, both exact; undefined where a seed has none, or where so many
/// replicates of so many pixels would take too long. The metric holds 4 bytes a pixel.
MethodImages images_with_maps(const std::vector<StoredResult>& seeds, const std::string& metric, const KeptMaps& maps,
                              int64_t replicates, int threads);

/// Why two methods cannot be compared image by image, or "".
std::string unpaired(const MethodImages& first, const MethodImages& second);

}  // namespace adrep
