#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/registry.h"
#include "core/metrics/metric.h"

namespace adrep {

/// Metrics by name, in the order of a table's columns.
class MetricSet {
 public:
  void add(std::string name, Metric metric) { values_.emplace_back(std::move(name), std::move(metric)); }
  /// nullptr when the set has none of this name.
  const Metric* find(const std::string& name) const;
  const std::vector<std::pair<std::string, Metric>>& values() const { return values_; }

 private:
  std::vector<std::pair<std::string, Metric>> values_;
};

/// A named, versioned way to turn maps, masks, scores and labels into numbers. Every one gives image_auroc, image_ap,
/// image_f1, pixel_auroc, pixel_ap, pixel_f1 and pro, so that tables of two protocols have the same columns; only `pro`
/// is computed by the protocol's own rule unless its doc says otherwise.
struct Protocol {
  std::string name, doc;
  int version = 1;  ///< raised whenever a value can change
  std::function<MetricSet(const ScoredPixels&, const ScoredImages&, int threads)> evaluate;
};

/// By its name ("exact", "paper", "glass"). Throws InputError with the nearest known name.
Protocol protocol(const std::string& name);

/// The names that `protocol` takes.
std::vector<std::string> protocol_names();

}  // namespace adrep
