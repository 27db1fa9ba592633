#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/registry.h"
#include "core/metrics/pro_rule.h"
#include "core/metrics/score_groups.h"

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

/// What a protocol turns into numbers.
struct Scored {
  ScoredPixels pixels;
  ScoredImages images;
  int threads = 0;                ///< 0 = all; no value depends on it
  ScoreGroups* groups = nullptr;  ///< those of `pixels` where they are known already, as on a GPU: not sorted again
};

/// A named, versioned way to evaluate. Every one gives image_auroc, image_ap, image_f1, pixel_auroc, pixel_ap,
/// pixel_f1, the thresholds of both best F1, and pro, so that tables of two protocols have the same columns; only `pro`
/// is computed by the protocol's own rule unless its doc says otherwise.
struct Protocol {
  std::string name, doc;
  int version = 1;             ///< raised whenever a value can change
  int64_t smallest_count = 0;  ///< above 0: the name ends in "-N", and N is a count of at least this
  std::function<MetricSet(const Scored&, int64_t count)> evaluate;
  std::function<ProRule(int64_t count)> pro_rule;  ///< none: pro is exact (aupro.h)
};

/// A protocol as a table names it: "exact", "paper", "glass", "mvtec-100", "adeval-1000".
class NamedProtocol {
 public:
  /// Throws InputError with the nearest known name, or saying what N may be.
  explicit NamedProtocol(const std::string& name);
  const std::string& name() const { return name_; }
  const std::string& doc() const { return protocol_.doc; }
  int version() const { return protocol_.version; }
  /// How `pro` is computed; none where it is exact.
  std::optional<ProRule> pro_rule() const;
  /// Throws InputError for sizes that do not fit and for NaN or infinite scores, naming the image's index.
  MetricSet evaluate(const Scored& scored) const;

 private:
  std::string name_;
  Protocol protocol_;
  int64_t count_ = 0;
};

/// The names of all protocols; "mvtec-N" stands for any N.
std::vector<std::string> protocol_names();

}  // namespace adrep
