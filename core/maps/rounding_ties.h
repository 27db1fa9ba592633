#pragma once
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

namespace adrep {

/// Scores that come to the same float32 as another that differs.
int64_t tied_by_rounding(std::vector<double> scores);

/// The same over all maps of an evaluation, whose pixels are compared with each other. Holds 8 bytes for every score
/// that is added.
class RoundingTies {
 public:
  /// `expected`: how many scores there may be.
  explicit RoundingTies(size_t expected) : expected_(expected) {}

  /// The scores of a map of which float32 rounds any. Safe from several threads.
  void add(std::span<const double> scores);

  /// Once all are there. `exact`: the scores of the maps that float32 leaves as they are.
  int64_t count(const std::vector<std::span<const float>>& exact);

 private:
  size_t expected_;
  std::mutex mutex_;
  std::vector<double> scores_;
};

}  // namespace adrep
