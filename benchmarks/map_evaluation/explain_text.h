#pragma once
#include <string>
#include <vector>

#include "core/metrics/explain.h"

namespace adrep {

/// A step as it is shown: in percent with two decimals. The difference is that of the rounded values, so that a column
/// of differences adds up to the difference of its ends.
struct ShownStep {
  std::string name, change;
  Metric before, after;    ///< `before`: the last defined value
  std::string value;       ///< "68.21", or "undef."
  std::string difference;  ///< "+0.40", "0.00" or "" where the value is undefined
  double points = 0;       ///< the rounded difference in points
};
std::vector<ShownStep> shown_steps(const ProComparison& comparison, const Explanation& explanation);

/// "68.21", or "undef."
std::string percent_2(const Metric& metric);

/// "+0.40": `to` − `from` in points, of the rounded values; "" where one is undefined.
std::string difference_2(const Metric& from, const Metric& to);

/// Which step makes each protocol differ: steps down, protocols across; with the values at both ends, and what ranks
/// and 4-connected regions would change. The first line holds the headings, the first column the names.
std::vector<std::vector<std::string>> step_matrix(const ProComparison& comparison);

/// A protocol's value in plain words: where its thresholds are, what that does, and which steps matter.
std::string explanation_in_words(const ProComparison& comparison, const Explanation& explanation);

/// All of it for a terminal. `name`: what the maps are called.
std::string explanation_as_text(const ProComparison& comparison, const std::string& name);

}  // namespace adrep
