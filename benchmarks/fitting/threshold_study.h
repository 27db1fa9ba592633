#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace adrep {

/// What is to be simulated. Every number is positive; rate and fraction are below 1; folds is at least 2.
struct ThresholdStudySettings {
  std::vector<int64_t> images = {20, 60, 200};  ///< good images, a set of them each
  double rate = 0.05;                           ///< of false alarms, asked for
  int64_t repeats = 200;                        ///< sets of each size, at least 2
  double fraction = 0.5;                        ///< of the images that split holds out
  int64_t folds = 5;                            ///< of cv
  int64_t fresh = 2000;                         ///< good images on which a threshold's own rate is measured
  uint64_t seed = 0;
};

/// The rates of false alarms that thresholds of one form have on fresh good images, over all sets of one size.
struct ThresholdStudyRow {
  std::string form;  ///< "split" or "cv"
  int64_t images = 0;
  int64_t held_out = 0;  ///< scores that the threshold is chosen from
  double supported = 0;  ///< the rate asked for, in ranks of these: split_bound
  double mean = 0;
  double mean_error = 0;                      ///< standard error of the mean
  double quantile = 0;                        ///< 95 of 100 sets have at most this rate
  std::optional<double> expected_quantile{};  ///< of split: split_rate_quantile
  double guarantee = 0;                       ///< of the mean: split_bound or cross_fitted_bound
};

/// Simulates thresholds from good images: draws sets of images with normally distributed features (8 channels, 2 x 2
/// positions), fits PaDiM, calibrates, and measures the rate of false alarms on fresh images. `split` holds images out
/// and fits on the rest; `cv` scores every image by a model of the other folds and fits on all.
///
/// The same rows for the same settings, whatever the machine's number of processors. `quantile` holds the error of
/// `fresh` images besides. Throws InputError for settings out of range and for sets too small to divide; Interrupted.
std::vector<ThresholdStudyRow> threshold_study(const ThresholdStudySettings& settings);

/// A table, a line a row, with what its columns mean.
std::string threshold_study_text(const ThresholdStudySettings& settings, const std::vector<ThresholdStudyRow>& rows);

/// The same as JSON; rates between 0 and 1, `expected_quantile` null for cv.
std::string threshold_study_json(const ThresholdStudySettings& settings, const std::vector<ThresholdStudyRow>& rows);

}  // namespace adrep
