#pragma once

namespace adrep::timing {

/// Multiply-adds × 2 a second of a large matrix product in float32 with the threads of --threads: the best of a few,
/// measured once.
double matmul_rate();

}  // namespace adrep::timing
