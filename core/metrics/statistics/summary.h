#pragma once
#include <span>

#include "core/metrics/metric.h"

namespace adrep {

/// Mean and sample standard deviation (n − 1) of a metric over seeds, classes, …; undefined values are left out and
/// counted. The mean is undefined without a value, the deviation with fewer than two.
struct Summary {
  Metric mean, deviation;
  int64_t defined = 0, undefined = 0;
};
Summary summarise(std::span<const Metric> values);

}  // namespace adrep
