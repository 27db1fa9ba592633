#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "benchmarks/speed/answering_process.h"
#include "benchmarks/speed/machine_load.h"

namespace adrep {

/// Programs that score the same images, on as many threads each.
struct PredictRaceSettings {
  std::vector<AnsweringProgram> contenders{};  ///< the first one is what the others are compared with
  std::string empty_program{};                 ///< does nothing, for what a start-up costs at least (--empty); "": none
  std::vector<std::string> images{};           ///< paths of files that are there; a contender may run in another folder
  int64_t repeats = 5;                         ///< how often each image is scored by itself, at least 1
  int64_t threads = 2;                         ///< of each contender, at least 1
  int64_t together = 200;                      ///< images that are given at once, repeated until they are so many
  int64_t starts = 5, batches = 3;             ///< turns from the start to a first score, and of `together` images
  double patience = 600;                       ///< seconds without an answer after which a contender is given up
};

/// What one contender took.
struct PredictCosts {
  std::vector<double> starts;   ///< seconds from before it was started until its first answer
  std::vector<double> singles;  ///< seconds of each image by itself, from its path's being sent until the answer
  std::vector<double> batches;  ///< seconds from before the paths of `together` images are sent until the last answer
  int64_t peak_bytes = 0;       ///< most resident memory, all of `singles` and `batches` included
};

struct PredictRace {
  PredictRaceSettings settings;
  std::vector<PredictCosts> contenders;  ///< in the order of the settings
  std::vector<double> empty_starts;      ///< seconds of the empty program from its start to its end
  MachineLoad busiest;                   ///< of the readings that turns began with
};

/// `adrep predict` with this model, by this program.
AnsweringProgram own_contender(const std::string& model, int64_t threads);

/// "NAME=COMMAND": a command line for /bin/sh. Throws InputError where one of both is missing.
AnsweringProgram peer_contender(const std::string& text);

/// Lets the contenders take turns at everything, each turn beginning with another of them:
///
/// 1. each is started anew and scores one image; the empty program runs beside them;
/// 2. all of them run, have scored a few images, and score each image by itself;
/// 3. the same processes are given many images at once.
///
/// OMP_NUM_THREADS and MKL_NUM_THREADS are set for them. A contender that has answered is left alone for a moment: its
/// threads may still wait for work on the processors that the next one needs. Images were read before, so that all of
/// them find them in memory. Before each turn the machine must be calm (`reading`, machine_load.h).
///
/// Throws InputError for contenders of one name and for numbers below their least, and where an image cannot be read;
/// Error where a contender fails (answering_process.h) or the machine is busy; Interrupted.
PredictRace race_predictions(const PredictRaceSettings& settings, const LoadReading& reading = measured_load);

}  // namespace adrep
