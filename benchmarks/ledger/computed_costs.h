#pragma once
#include <optional>
#include <string>

#include "benchmarks/layouts/laid_out.h"

namespace adrep {

/// The cost of a backbone's projectors as the paper's Table 7 counts it, "parameters" in millions or "flops" in 10⁹
/// (projector_costs.h); none for other metrics and backbones.
std::optional<double> computed_cost(const std::string& backbone, const std::string& metric);

/// A layout with `of: costs`: rows are the paper's backbones, columns these metrics. Throws InputError for a layout
/// with other dimensions or metrics.
LaidOut lay_out_costs(const Layout& layout);

}  // namespace adrep
