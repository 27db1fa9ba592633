#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/metrics/metric.h"
#include "core/metrics/statistics/bootstrap.h"

namespace adrep {

/// One named value, in a column each; none where the column does not have it.
struct MapMetric {
  enum class Kind { percent, number, count };
  std::string name;     ///< "pixel_auroc"
  std::string heading;  ///< "pixel AUROC"
  Kind kind = Kind::percent;
  std::vector<std::optional<Metric>> values;  ///< [columns of the section]
  std::optional<Interval> interval;           ///< of the exact metric
};

struct MapSection {
  std::string name, title;  ///< "image_threshold", "images at the chosen threshold"
  std::vector<std::string> columns;
  std::vector<MapMetric> rows;
};

/// What `adrep metrics` found. It holds no time and nothing of the machine: the same input gives the same bytes.
struct MapReport {
  std::vector<MapSection> sections;  ///< metrics by protocol, operating points, counts
  double confidence = 0;             ///< of the intervals; 0: none were asked for
  std::vector<std::string> notes;
  std::map<std::string, std::string> settings;  ///< all that determined the values

  bool has_intervals() const { return confidence > 0; }
};

}  // namespace adrep
