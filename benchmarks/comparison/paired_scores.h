#pragma once
#include <string>
#include <vector>

#include "benchmarks/comparison/cell_grid.h"
#include "core/metrics/statistics/bootstrap.h"

namespace adrep {

/// Image scores of one method on one data set, a list a seed, images in the order of their ids.
struct MethodScores {
  std::vector<std::string> ids;
  std::vector<uint8_t> labels;             ///< 1 = anomalous
  std::vector<std::vector<float>> scores;  ///< [seeds][images]
  std::string undefined;                   ///< why they cannot be used, or ""
};

MethodScores scores_of(const std::vector<StoredResult>& seeds);

/// Image AUROC of chosen images, the mean over seeds.
ImageStatistic mean_auroc(const MethodScores& scores);

/// Why two methods cannot be compared image by image, or "".
std::string unpaired(const MethodScores& first, const MethodScores& second);

}  // namespace adrep
