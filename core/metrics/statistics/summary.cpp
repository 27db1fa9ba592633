#include "core/metrics/statistics/summary.h"

#include <cmath>

namespace adrep {

Summary summarise(std::span<const Metric> values) {
  Summary summary;
  double sum = 0, squares = 0;
  for (const Metric& value : values) {
    ++(value.defined() ? summary.defined : summary.undefined);
    if (value.defined()) sum += value.value;
  }
  if (summary.defined == 0) {
    summary.mean = Metric::none(values.empty() ? "no value" : values[0].undefined);
    summary.deviation = summary.mean;
    return summary;
  }
  const double mean = sum / static_cast<double>(summary.defined);
  for (const Metric& value : values)
    if (value.defined()) squares += (value.value - mean) * (value.value - mean);
  summary.mean = Metric::measured(mean);
  summary.deviation = summary.defined < 2
                          ? Metric::none("a single value")
                          : Metric::measured(std::sqrt(squares / static_cast<double>(summary.defined - 1)));
  return summary;
}

}  // namespace adrep
