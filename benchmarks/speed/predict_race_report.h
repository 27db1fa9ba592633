#pragma once
#include <string>
#include <vector>

#include "benchmarks/speed/predict_race.h"

namespace adrep {

/// The smallest of the values that at least this share of them, above 0 and at most 1, does not exceed: 0.5 is the
/// median of an odd number of values and the lower one of the two in the middle of an even number.
double nearest_rank(std::vector<double> values, double share);

/// The contenders' latest values of one kind: "adrep 12.3 ms, anomalib 61 ms"
std::string latest_text(const PredictRace& race, std::vector<double> PredictCosts::*kind);

/// A table with a line a contender, each number of another than the first with how many times the first one's it is,
/// and the first one's start as a multiple of the empty program's.
std::string predict_race_text(const PredictRace& race);

/// The same as JSON, with every value; seconds and bytes.
std::string predict_race_json(const PredictRace& race);

}  // namespace adrep
