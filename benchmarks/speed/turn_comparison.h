#pragma once
#include <span>

namespace adrep {

/// Whether the second of two programs takes more of something than the first.
enum class Change { less, same, more };

/// Two programs measured in turns: the n-th value of one was taken beside the n-th of the other.
struct TurnComparison {
  double a = 0, b = 0;       ///< medians of each side
  double ratio = 1;          ///< b / a of the turns, their middle
  double low = 1, high = 1;  ///< 95 % interval of the ratio
  double noise = 0;          ///< how far two runs of one program lie from each other: 0.02 is a factor of 1.02
  Change change = Change::same;

  /// Whether the interval holds 1: nothing was found, however large the ratio is.
  bool within_noise() const { return low <= 1 && high >= 1; }
};

/// Compares values above 0, as many on each side and at least two (three and more are of use).
///
/// The ratio is the median of the geometric means of every two turns' ratios (Hodges and Lehmann 1963). A disturbed
/// turn hardly moves it. The plain median of an odd number of turns would keep what the order of a turn does: where the
/// second run is slower by 2 %, turns A B, B A, A B, … say +2 %, −2 %, +2 %, …, and their median is one of these.
///
/// The interval is Student's, of the mean of the turns' log ratios. Both runs of a turn lie close to each other in
/// time, so that a machine that grows slower changes both; what else changes run times multiplies them, so its
/// logarithms add. Of three to five turns an interval by ranks cannot reach 95 % (all of five turns on one side come by
/// chance in 6 of 100 cases); Student's can, for noise like a normal one exactly and for noise with outliers on the
/// safe side: a disturbed turn widens it. With very uneven turns the ratio may lie outside.
///
/// `more`: the whole interval above 1, and the ratio more than `tolerance` above 1. Of two equal programs that is said
/// in at most 2.5 of 100 cases (3 where the machine steadily grows slower and the number of turns is odd), so in about
/// 5 where time and memory are asked for; in fewer where noise is small beside the tolerance. `less`: the same of a /
/// b.
///
/// The noise is the median of |log| of the ratios of runs that follow each other on one side, of both sides together.
TurnComparison compare_turns(std::span<const double> a, std::span<const double> b, double tolerance);

}  // namespace adrep
