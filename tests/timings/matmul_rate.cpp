#include "matmul_rate.h"

#include <ATen/ATen.h>

#include <chrono>

namespace adrep::timing {

double matmul_rate() {
  static const double rate = [] {
    constexpr int64_t side = 3072;
    const at::Tensor a = at::ones({side, side}), b = at::ones({side, side});
    at::Tensor product = at::mm(a, b);
    double best = 0;
    for (int run = 0; run < 5; ++run) {
      const auto start = std::chrono::steady_clock::now();
      at::mm_out(product, a, b);
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
      best = std::max(best, 2.0 * side * side * side / seconds.count());
    }
    return best;
  }();
  return rate;
}

}  // namespace adrep::timing
