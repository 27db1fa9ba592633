#pragma once
#include <vector>

namespace adrep {

/// Holm's step-down correction (Scandinavian Journal of Statistics 6, 1979): p-values of several tests, adjusted so
/// that comparing each with a level keeps the probability of any false rejection below that level. In the order given,
/// at most 1.
std::vector<double> holm_adjusted(const std::vector<double>& p_values);

}  // namespace adrep
