#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace adrep {

/// Seeded random numbers that are the same with every compiler and library (xoshiro256**, seeded by splitmix64).
class Random {
 public:
  explicit Random(uint64_t seed);

  uint64_t next();
  /// Uniform in [0, 1).
  double uniform();
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Uniform in {0, …, count − 1}; count ≥ 1.
  int64_t below(int64_t count);
  /// Standard normal (Box–Muller).
  double normal();
  /// `count` different numbers of {0, …, population − 1} in random order; count ≤ population.
  std::vector<int64_t> sample(int64_t population, int64_t count);

 private:
  uint64_t state_[4];
  double spare_ = 0;
  bool has_spare_ = false;
};

/// An independent seed for one purpose: the same (seed, purpose) always gives the same one.
uint64_t derive_seed(uint64_t seed, std::string_view purpose);

}  // namespace adrep
