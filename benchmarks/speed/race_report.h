#pragma once
#include <string>

#include "benchmarks/speed/build_race.h"

namespace adrep {

/// "12.3 s, 812 MB"
std::string cost_text(const ChildCost& cost);

/// The two builds, a line each for time and memory, the cells, and what the turns could not tell.
std::string race_text(const BuildRace& race);

/// The same as JSON, with every turn; seconds and bytes.
std::string race_json(const BuildRace& race);

}  // namespace adrep
