#pragma once
#include <span>

namespace adrep {

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
