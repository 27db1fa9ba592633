#pragma once
#include <map>
#include <string>
#include <vector>

#include "benchmarks/plan/plan.h"
#include "benchmarks/run/runner.h"

namespace adrep {

/// What is left to do on one data set with one backbone.
struct EstimateRow {
  std::string data_set, backbone;
  int64_t to_do = 0, done = 0, blocked = 0;  ///< cells
  int64_t fits = 0;
  int64_t passes = 0;     ///< images through the backbone, each once a geometry
  int64_t drawn = 0;      ///< images that a detector draws and has pass, too (GLASS)
  double seconds = 0;     ///< of what is to do
  double peak_bytes = 0;  ///< largest memory of any class: features, maps and the detector's own
  double disk_bytes = 0;  ///< features and score maps that are kept
};

/// A pretraining that cells need.
struct PretrainingRow {
  std::string title;
  std::string state;      ///< "done", "to do" or "blocked"
  int64_t passes = 0;     ///< still to do
  double seconds = 0;     ///< that these take, without validation
  double disk_bytes = 0;  ///< that it will take in the end; 0 where it is done
  bool counted = true;    ///< false where neither images nor backbone are known
};

/// What a run would do and need, found without doing it.
struct Estimate {
  int64_t cells = 0, images = 0;
  int64_t jobs = 1;       ///< processes side by side; times and memory are those of all together
  WorkCount work;         ///< what would be fitted, scored, evaluated and reused
  double seconds = 0;     ///< of what is still to do
  double peak_bytes = 0;  ///< largest memory of any class
  double disk_bytes = 0;
  double spill_bytes = 0;  ///< of features that do not fit into memory= and lie in files meanwhile, at the most
  double cache_limit = 0;  ///< cache.limit= of the run, bytes; 0 with cache=off
  std::string peak_class;
  std::vector<std::string> exceeded;  ///< what memory or disk cannot hold (limits.h): the run would refuse to begin
  std::vector<std::string> short_of;  ///< what only makes the run slower
  std::vector<std::string> missing;   ///< files that the run needs and that are not there
  std::vector<std::string> lines;     ///< one for each class
  std::vector<EstimateRow> rows;      ///< one for each data set and backbone
  std::vector<PretrainingRow> pretrainings;

  /// What all work of one kind takes, and what it would take with another value of a parameter, if one is suggested.
  struct Part {
    double seconds = 0, faster_seconds = 0;
    std::string suggestion;  ///< "patchcore.ratio=0.01", or ""
  };
  std::map<std::string, Part> parts;  ///< "patchcore's scoring", "the backbone", …
};

/// Measures the backbone and a matrix product for a moment, and adds up what the plan's classes and detectors need.
Estimate estimate_run(const Plan& plan, const std::filesystem::path& output);

/// Of one data set and backbone a line a class, of several a table.
std::string to_text(const Estimate& estimate);

}  // namespace adrep
