#pragma once
#include <vector>

#include "core/metrics/metric.h"

namespace adrep {

/// Methods compared over several data sets by their ranks (Demšar, JMLR 2006): rank 1 is the best, ties share the mean.
struct FriedmanTest {
  std::vector<double> mean_ranks;  ///< [methods]
  Metric chi_square;               ///< Friedman's statistic, corrected for ties
  Metric p_value;  ///< that all methods are equal, from the χ² distribution with methods − 1 degrees; right to a
                   ///< relative 1e-12, to 1e-8 with more than 40 methods
};

/// `values` [data sets][methods], higher is better. The test is undefined with fewer than two data sets or methods, and
/// where all methods tie everywhere. Throws InputError for rows of different length or a NaN.
FriedmanTest friedman(const std::vector<std::vector<double>>& values);

/// Nemenyi's critical difference: two methods differ at level `alpha` when their mean ranks differ by more.
/// At least two methods and one data set, 0 < alpha < 1, else InputError.
double nemenyi_critical_difference(int64_t methods, int64_t data_sets, double alpha = 0.05);

/// Maximal sets of methods that the test cannot tell apart (the bars of a critical-difference plot): indices of
/// methods, best first, each set at least two.
std::vector<std::vector<size_t>> indistinguishable(const std::vector<double>& mean_ranks, double critical_difference);

}  // namespace adrep
