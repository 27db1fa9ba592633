#pragma once
#include <cstdint>

namespace adrep {

/// Student's distribution with a whole number of degrees of freedom, at least 1, else InputError. To about 1e-15
/// (Abramowitz and Stegun, 26.7.3 and 26.7.4: for whole degrees they are finite sums).

/// P(T > t).
double student_upper_tail(double t, int64_t degrees);

/// |T| stays below it with this probability, in [0, 1).
double student_quantile(double probability, int64_t degrees);

}  // namespace adrep
