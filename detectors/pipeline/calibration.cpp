#include "detectors/pipeline/calibration.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/plural.h"

namespace adrep {
std::string percent_at_most(double rate) {
  const double percent = std::min(100.0, 100 * rate);
  const double unit = std::pow(10, std::floor(std::log10(percent)) - 1);
  const double rounded = std::ceil(percent / unit - 1e-9) * unit;  // 100 · 0.07 is 7.000000000000001 in doubles
  const int decimals = std::max(0, 1 - static_cast<int>(std::floor(std::log10(rounded) + 1e-9)));
  return fmt::format("{:.{}f} %", rounded, decimals);
}

std::string guarantee_of(const Calibration& calibration) {
  if (calibration.rule != "good") return "chosen on labelled images: no guarantee";
  const int64_t images = calibration.images.size();
  ADREP_ASSERT(images > 0, "a calibration without images");
  if (calibration.form == "split")
    return fmt::format("at most {} of new good images, on average over sets of {} held-out ones",
                       percent_at_most(split_bound(images, calibration.false_alarm)), images);
  ADREP_ASSERT(calibration.form == "cv" && calibration.folds > 1, "a calibration of form '{}' with {} folds",
               calibration.form, calibration.folds);
  const double bound = cross_fitted_bound(images, calibration.folds, calibration.false_alarm);
  const std::string folds = counted(calibration.folds, "fold");
  if (bound >= 1) return fmt::format("the bound for {} good images in {} is 100 %: no guarantee", images, folds);
  return fmt::format(
      "at most {} of new good images, on average over sets of {} in {}, as far as the model scores new good images no "
      "higher than the models of the folds do",
      percent_at_most(bound), images, folds);
}

}  // namespace adrep
