#pragma once
#include <cstdint>

namespace adrep {

/// Where an AUROC lies that was measured on few images, both in [0, 1].
struct AurocInterval {
  double low = 0, high = 1;
};

/// Newcombe's score-like interval (method 5 of "Confidence intervals for an effect size measure based on the
/// Mann-Whitney statistic", 2006): the values whose own standard error, by Hanley and McNeil with the mean group size,
/// reaches the measured one. It has a width even where the measured one is 0 or 1, which a bootstrap has not.
/// Both counts at least 1, `confidence` in (0, 1), else InputError.
AurocInterval auroc_interval(double auroc, int64_t normals, int64_t anomalous, double confidence = 0.95);

}  // namespace adrep
