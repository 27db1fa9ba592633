#pragma once
#include <string>
#include <vector>

#include "benchmarks/plan/run_settings.h"

namespace adrep {

/// What `adrep fit` can be told beside a run's settings, declared once.
struct FitSettings {
  double false_alarm = 0.01;
  double false_alarm_region = 0.01;
  std::string calibration = "split";
  double fraction = 0.5;
  int64_t folds = 5;
  std::string rule = "good";
  double recall = 0.95;
  double pixels = 0.001;
  bool keep = true;

  static void declare(Schema<FitSettings>& s);
};

/// A model that is asked for.
struct ModelRequest {
  FitSettings fit;
  RunConfig run;  ///< data, detector, features and all that they need; one of each
};

/// Reads a configuration file, or none, with settings over it. What a run would leave to the published protocols is
/// for a line as long as nothing else is asked for: the whole photograph is seen (image.fit, found by prepare_fit), the
/// backbone's weights go into the file, images go through it one by one. Throws InputError for unknown keys, wrong
/// values, several of one, and settings of a run that mean nothing for one model.
ModelRequest read_fit(const std::string& file_or_empty, const std::vector<std::string>& assignments);

}  // namespace adrep
