#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/metrics/protocol.h"
#include "core/metrics/score_facts.h"

namespace adrep {

/// One step on the way from the exact PRO to a protocol's: one rule is changed, those before it stay changed.
struct ProStep {
  std::string name;    ///< "thresholds", "comparison", …: one of pro_step_names()
  std::string change;  ///< what the protocol does here, in words
  Metric value;        ///< the PRO after this step
  Metric difference;   ///< to the last defined value before it; undefined where `value` is
};

/// All steps in which protocols can differ from exact, in the order in which they are taken.
std::vector<std::string> pro_step_names();

/// How a protocol's thresholds trace the part of the curve below the limit.
struct Sampling {
  int64_t thresholds = 0;
  int64_t below_limit = 0;  ///< of these, with a false-positive rate below the limit
  int64_t at_start = 0;     ///< of those, with a rate of at most 1 % of the limit: hardly anything happens there
  double lowest_rate = 0, highest_rate = 0;  ///< of those below the limit; 0 without any
  double widest_gap = 0;  ///< between rates that follow each other from 0 over the points to the limit
};

/// Why a protocol gives the PRO that it gives.
struct Explanation {
  std::string protocol;
  Metric value;                 ///< its PRO
  std::vector<ProStep> steps;   ///< where it departs from exact, in order; the last value is `value`, bit for bit
  Metric of_ranks;              ///< its PRO when every score is replaced by its rank: the same order of pixels
  Metric four_connected;        ///< its PRO if regions that touch only at a corner counted as two
  std::optional<ProRule> rule;  ///< none for exact
  SampledCurve curve;           ///< empty for exact, and where there is none
  Sampling sampling;
  MetricSet metrics;  ///< all of its metrics
};

/// All protocols on the same maps.
struct ProComparison {
  double limit = 0.3;
  Metric exact;
  std::vector<Explanation> protocols;  ///< as asked for
  Curve exact_curve;                   ///< of every distinct score (exact_pro_curve); empty where undefined
  ScoreFacts facts;
};

/// Explains protocols by name. The steps start at the exact PRO, so that their differences add up to the whole; taken
/// in another order, the steps would share out the same sum differently. `limit`: false-positive rate up to which the
/// area is taken, 0.3 in all published codes; with another one, the values are theirs but for that limit.
/// Throws InputError for unknown names, limits outside (0, 1], sizes that do not fit and NaN or infinite scores.
ProComparison explain(const Scored& scored, const std::vector<std::string>& protocols, double limit = 0.3);

}  // namespace adrep
