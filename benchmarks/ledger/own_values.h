#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/cells/result_set.h"
#include "benchmarks/layouts/dimensions.h"
#include "benchmarks/layouts/gathered.h"
#include "benchmarks/ledger/known_values.h"

namespace adrep {

/// What is compared with known values: the results of one method at one place, or one line of a table.
struct OwnMethod {
  Place place{};                                     ///< without seed and variant; with `class` of one class
  std::vector<const StoredResult*> results{};        ///< of all classes and seeds, finished or not; none: of a table
  std::map<std::string, double> values{};            ///< of a table: percent by metric
  std::map<std::string, double> deviations{};        ///< likewise
  std::map<std::string, std::string> table_rules{};  ///< likewise: as of KnownValue

  /// In percent, or none where there is no value.
  std::optional<double> value(const std::string& metric) const;
  /// By which rules its values came about: `classes` and `seeds` (how many), `protocol`, `selection`.
  std::map<std::string, std::string> rules() const;
  /// Over seeds: of a sample, and of a population.
  std::optional<double> deviation(const std::string& metric, bool of_sample) const;
};

/// What data sets are called: as in tables; or, for published numbers, by their layout where it is a published one and
/// their own name is none.
enum class DataNames { as_shown, published };

/// The methods of results: over all classes, and of each class. `results` must outlive them.
std::vector<OwnMethod> methods_of(const ResultSet& results, DataNames names = DataNames::as_shown);
std::vector<OwnMethod> methods_of(const std::vector<KnownValue>& values);

/// The axes of sweeps in a place: what is no dimension of all results.
Place own_axes(const Place& place);

/// Whether a method stands where a known value does: equal in all that the value names, on the same axes of sweeps.
bool stands_at(const OwnMethod& method, const KnownValue& value);

}  // namespace adrep
