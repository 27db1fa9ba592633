#pragma once
#include <string>
#include <vector>

#include "benchmarks/cells/result.h"

namespace adrep::test {

/// A finished result of a made-up method on a made-up data set, with this metric value.
StoredResult made_cell(const std::string& detector, const std::string& class_name, const Metric& image_auroc,
                       int seed = 0);

/// The same with image scores, and the image AUROC that follows from them is not computed: `normal` and `anomalous` are
/// the scores of images 0, 1, … of either kind.
StoredResult scored_cell(const std::string& detector, const std::string& class_name, const std::vector<double>& normal,
                         const std::vector<double>& anomalous, int seed = 0);

}  // namespace adrep::test
