#pragma once
#include <map>
#include <string>

#include "benchmarks/cells/result.h"

namespace adrep::test {

/// A finished result with these metrics.
inline StoredResult finished_result(const std::string& data_set, const std::string& class_name,
                                    const std::string& detector, const std::string& features,
                                    const std::map<std::string, double>& metrics) {
  Cell cell;
  cell.key.fit = {{"backbone", "dinov2_base"}, {"class", class_name}, {"detector", detector}, {"features", features}};
  cell.key.evaluation = {{"metrics.protocol", "paper"}, {"data", data_set + class_name}};
  for (const auto& [name, value] : metrics) cell.metrics.emplace_back(name, Metric::measured(value));
  return {.data_set = data_set,
          .class_name = class_name,
          .detector = detector,
          .features = features,
          .planned = {},
          .settings = {{"backbone", "dinov2_base"}},
          .cell = cell};
}

}  // namespace adrep::test
