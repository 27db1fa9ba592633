#include "core/metrics/statistics/pareto.h"

#include <algorithm>
#include <cmath>

namespace adrep {

std::vector<std::size_t> pareto_front(const std::vector<Tradeoff>& points) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < points.size(); ++i)
    if (!std::isnan(points[i].accuracy) && !std::isnan(points[i].cost)) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (points[a].cost != points[b].cost) return points[a].cost < points[b].cost;
    return points[a].accuracy > points[b].accuracy;
  });
  std::vector<std::size_t> front;
  const Tradeoff* best = nullptr;
  for (const std::size_t i : order) {
    const Tradeoff& point = points[i];
    const bool equal = best && point.accuracy == best->accuracy && point.cost == best->cost;
    if (best && !equal && !(point.accuracy > best->accuracy)) continue;
    front.push_back(i);
    best = &point;
  }
  return front;
}

}  // namespace adrep
