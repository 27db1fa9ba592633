#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "benchmarks/speed/machine_load.h"
#include "benchmarks/speed/measured_child.h"
#include "benchmarks/speed/turn_comparison.h"

namespace adrep {

/// Two builds of adrep that are to run the same configuration in turns.
struct RaceSettings {
  std::filesystem::path a, b;      ///< the old and the new program, or folders with bin/adrep
  std::vector<std::string> words;  ///< the configuration, as for `adrep run`
  int64_t repeats = 5;             ///< turns of both, at least 3
  double tolerance = 0.03;         ///< by how much the new one may be slower, as a share of the old one's time
};

/// One of the two builds.
struct RaceSide {
  std::filesystem::path program;
  std::string version;           ///< the first line of its `version`
  std::vector<ChildCost> turns;  ///< without the warm-up
};

/// Cells of the last turn, by the names and bytes of their files.
struct CellDifference {
  int64_t cells = 0, different = 0;  ///< those that only one of them has are different
};

struct BuildRace {
  RaceSettings settings;
  RaceSide a, b;
  TurnComparison time;    ///< seconds
  TurnComparison memory;  ///< bytes
  CellDifference cells;
  MachineLoad busiest;  ///< of the readings that turns began with
};

/// Runs both builds: a warm-up of each that is not measured, then turns A B, B A, A B, …, so that a machine that grows
/// slower favours neither. Each run has an empty output folder and an empty feature cache of its own, below a temporary
/// folder that is removed at the end. Before the warm-up and before each turn the machine must be calm (`reading`,
/// machine_load.h). Says each turn's times on the log.
///
/// Throws InputError for programs that are none of adrep, for too few repeats and for settings among the words that
/// are the race's own; Error where a build cannot run the configuration, with its own last error line, and where the
/// machine is busy; Interrupted.
BuildRace race_builds(const RaceSettings& settings, const LoadReading& reading = measured_load);

/// Whether the new build takes more time or more memory.
bool is_regression(const BuildRace& race);

}  // namespace adrep
