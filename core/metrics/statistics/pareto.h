#pragma once
#include <cstddef>
#include <vector>

namespace adrep {

/// A method's accuracy (higher is better) and cost (lower is better).
struct Tradeoff {
  double accuracy = 0, cost = 0;
};

/// Indices of the methods that no other one dominates (at least as good in both, better in one), by ascending cost and
/// then index. Points with a NaN never belong to it.
std::vector<std::size_t> pareto_front(const std::vector<Tradeoff>& points);

}  // namespace adrep
