#pragma once
#include <map>
#include <string>
#include <vector>

#include "benchmarks/plan/plan.h"
#include "benchmarks/run/runner.h"

namespace adrep {

/// What a run would do and need, found without doing it.
struct Estimate {
  int64_t cells = 0, images = 0;
  WorkCount work;         ///< what would be fitted, scored, evaluated and reused
  double seconds = 0;     ///< of what is still to do
  double peak_bytes = 0;  ///< largest memory of any class: features, maps and the detector's own
  std::string peak_class;
  std::vector<std::string> missing;  ///< files that the run needs and that are not there
  std::vector<std::string> lines;    ///< one for each class

  /// What all work of one kind takes, and what it would take with another value of a parameter, if one is suggested.
  struct Part {
    double seconds = 0, faster_seconds = 0;
    std::string suggestion;  ///< "patchcore.ratio=0.01", or ""
  };
  std::map<std::string, Part> parts;  ///< "patchcore's scoring", "the backbone", …
};

/// Measures the backbone and a matrix product for a moment, and adds up what the plan's classes and detectors need.
Estimate estimate_run(const Plan& plan, const std::filesystem::path& output);

std::string to_text(const Estimate& estimate);

}  // namespace adrep
