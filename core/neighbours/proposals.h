#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace adrep {

/// Rows that may be the best of each of some queries, from an index that only proposes.
struct Proposals {
  int64_t width;              ///< rows a query
  std::vector<int64_t> rows;  ///< [queries, width], −1: none
  /// What no row that is not proposed is measured better than; empty: these are not looked at, or there are none.
  std::vector<double> others;

  Proposals(int64_t queries, int64_t rows_each) : width(rows_each), rows(static_cast<size_t>(queries * rows_each)) {}

  std::span<const int64_t> of(int64_t query) const {
    return std::span(rows).subspan(static_cast<size_t>(query * width), static_cast<size_t>(width));
  }
};

}  // namespace adrep
