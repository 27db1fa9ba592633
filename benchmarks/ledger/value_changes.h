#pragma once
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/ledger/own_values.h"

namespace adrep {

/// A metric at one place in two sets of values, in percent.
struct ValueChange {
  Place place;
  std::string metric;
  std::optional<double> before{}, after{};
  std::string why{};  ///< rules that are not the same on both sides: "classes 1, old 3"
};

/// Two runs, or somebody's numbers and a run.
struct ValueChanges {
  std::vector<ValueChange> changes;  ///< in the order of their places
  int64_t only_before = 0, only_after = 0;
};

/// The values of metrics that both have. Places are equal when they name the same; what only one side names is ignored,
/// so that a table without a column for the backbone compares with a run of one backbone. Throws InputError when
/// nothing is in both, or where a place of one side fits several of the other.
ValueChanges value_changes(const std::vector<OwnMethod>& before, const std::vector<OwnMethod>& after,
                           const std::vector<std::string>& metrics);

std::string changes_as_text(const ValueChanges& changes);
/// For a pull request: place, metric, old, new, difference in points and in percent, the worst first.
std::string changes_as_markdown(const ValueChanges& changes);
std::string changes_as_csv(const ValueChanges& changes);
std::string changes_as_json(const ValueChanges& changes);

}  // namespace adrep
