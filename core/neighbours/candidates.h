#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace adrep {

/// Rows that may be among the k nearest of one query, each with a value that is at most its squared distance (both up
/// to what the query adds) and at most a margin less.
class Candidates {
 public:
  /// margin: by how much a squared distance may exceed what its value says.
  Candidates(int64_t k, float margin);

  /// Returns the limit that later values must be below: k rows are surely as near as it. Each row at most once.
  float add(int64_t row, float value);
  /// Lowers the limit to what k rows with values up to this one allow.
  void lower(float kth_value);

  float limit() const;
  /// So many that they should be drained: rows that are alike, or that come nearer and nearer.
  bool full() const { return found_.size() >= most; }

  /// Calls visit(row) for those that are still below the limit, and forgets all.
  template <class Visit>
  void drain(Visit&& visit) {
    for (const auto& [value, row] : found_)
      if (value < limit()) visit(row);
    found_.clear();
  }

 private:
  static constexpr size_t most = 512;

  float margin_, known_;
  std::vector<float> least_;  // the k smallest values, ascending
  std::vector<std::pair<float, int64_t>> found_;
};

}  // namespace adrep
