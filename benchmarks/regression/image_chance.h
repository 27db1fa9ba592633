#pragma once
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/cells/cell.h"

namespace adrep {

/// By how much a metric of image scores, in [0, 1], would differ with other test images: half of what a bootstrap over
/// images (normal and anomalous ones each) leaves in its middle 68 %. None of metrics of pixels, which need maps, and
/// of cells without scores of both kinds.
std::optional<double> image_standard_error(const std::string& metric, const std::vector<ImageScore>& scores,
                                           int64_t replicates);

}  // namespace adrep
