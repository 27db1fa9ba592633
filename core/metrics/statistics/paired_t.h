#pragma once
#include <cstdint>
#include <span>

namespace adrep {

/// P(T > t) of Student's distribution with so many degrees of freedom, at least 1, else InputError. To about 1e-15
/// (Abramowitz and Stegun, 26.7.3 and 26.7.4).
double student_upper_tail(double t, int64_t degrees);

/// Student's test of paired differences against 0. It takes the differences as normal; where all are equal there is no
/// chance in them.
struct PairedT {
  double mean = 0;
  double deviation = 0;  ///< of a sample (n − 1)
  double p_value = 1;    ///< two-sided, of no difference; 0 where all are equal and none is 0
};

/// At least two differences, else InputError.
PairedT paired_t(std::span<const double> differences);

}  // namespace adrep
