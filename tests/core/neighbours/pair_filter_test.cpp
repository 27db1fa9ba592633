#include "core/neighbours/pair_filter.h"

#include <catch2/catch.hpp>
#include <limits>
#include <set>

#include "core/neighbours/squared_distance.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

namespace {

constexpr float no_limit = std::numeric_limits<float>::infinity();

/// Queries and rows as the filter sees them: what is left when the rows' mean is subtracted.
struct Filtered {
  at::Tensor queries, rows, products, query_norms, row_norms;
  PairFilter filter;

  Filtered(const at::Tensor& q, const at::Tensor& r) : queries(q), rows(r), filter(q.size(1)) {
    const at::Tensor mean = r.mean(0);
    products = (q - mean).mm((r - mean).t()).contiguous();
    query_norms = filter.shrunken_norms(q - mean);
    row_norms = filter.shrunken_norms(r - mean);
  }

  float measured(int64_t query, int64_t row) const {
    const int64_t width = queries.size(1);
    return squared_distance(queries.const_data_ptr<float>() + query * width, rows.const_data_ptr<float>() + row * width,
                            width);
  }

  float query_norm(int64_t query) const { return query_norms[query].item<float>(); }
};

/// Rows at one distance of the query but for rounding, in random directions; `offset` from the origin.
Filtered rows_around(int64_t count, int64_t width, double distance, double offset, uint64_t seed) {
  const at::Tensor query = normal_tensor({1, width}, seed) + offset,
                   directions = normal_tensor({count, width}, seed + 1);
  return {query, query + distance * directions / at::linalg_vector_norm(directions, 2, at::IntArrayRef{1}, true)};
}

/// All awkward cases: [queries, rows, products] of few and many values a row.
template <class Check>
void for_awkward_rows(Check&& check) {
  uint64_t seed = 1;
  for (const int64_t width : {1, 3, 24, 130, 1000})
    for (const double distance : {1e-4, 1.0, 30.0})
      for (const double offset : {0.0, 50.0}) {
        CAPTURE(width, distance, offset);
        check(rows_around(150, width, distance, offset, seed += 2));
      }
  check(Filtered(normal_tensor({3, 17}, 90), normal_tensor({1000, 17}, 91)));
  check(Filtered(at::ones({2, 5}), at::ones({70, 5})));
  check(Filtered(at::zeros({2, 5}), at::zeros({70, 5})));
}

}  // namespace

TEST_CASE("no row that is measured nearer than the best so far is ruled out, nor farther than the margin says",
          "[nearest]") {
  for_awkward_rows([](const Filtered& rows) {
    const int64_t count = rows.rows.size(0);
    const float largest = rows.row_norms.max().item<float>();
    int64_t compared = 0;  // Catch2 would take seconds for as many assertions
    for (int64_t q = 0; q < rows.queries.size(0); ++q) {
      std::vector<float> value(static_cast<size_t>(count));
      float limit = no_limit;
      PairFilter::visit(rows.products.narrow(0, q, 1), rows.row_norms, &limit, [&](int64_t, int64_t row, float seen) {
        value[static_cast<size_t>(row)] = seen;
        return no_limit;
      });
      const float norm = rows.query_norm(q), margin = rows.filter.margin(norm, largest);
      for (int64_t best = 0; best < count; best += 7) {
        const float nearest_so_far = rows.measured(q, best), bound = rows.filter.limit(nearest_so_far, norm);
        for (int64_t row = 0; row < count; ++row) {
          const float seen = value[static_cast<size_t>(row)], measured = rows.measured(q, row);
          if (measured < nearest_so_far && !(seen < bound)) FAIL("row " << row << " is ruled out by " << best);
          // rows that are surely nearer rule out others that may be farther (nearest_neighbours.cpp)
          if (seen > value[static_cast<size_t>(best)] + margin && measured < nearest_so_far)
            FAIL("row " << row << " is beyond the margin of " << best);
          const double over = static_cast<double>(measured) - seen - norm;
          if (over < 0 || over > margin) FAIL("row " << row << " is measured " << over << " farther");
          ++compared;
        }
      }
    }
    REQUIRE(compared == rows.queries.size(0) * ((count + 6) / 7) * count);
  });
}

TEST_CASE("the filter rules out most rows, and visits the others in ascending order", "[nearest]") {
  const Filtered rows(normal_tensor({4, 20}, 3), normal_tensor({3000, 20}, 4));
  for (int64_t q = 0; q < 4; ++q) {
    std::vector<int64_t> visited;
    float best = no_limit, limit = no_limit;
    PairFilter::visit(rows.products.narrow(0, q, 1), rows.row_norms, &limit, [&](int64_t, int64_t row, float) {
      visited.push_back(row);
      best = std::min(best, rows.measured(q, row));
      return rows.filter.limit(best, rows.query_norm(q));
    });
    float nearest = no_limit;
    for (int64_t row = 0; row < 3000; ++row) nearest = std::min(nearest, rows.measured(q, row));
    REQUIRE(best == nearest);
    REQUIRE(limit == rows.filter.limit(best, rows.query_norm(q)));
    REQUIRE(visited.size() < 60);  // of random rows in random order about ln 3000 are nearer than all before them
    REQUIRE(std::is_sorted(visited.begin(), visited.end()));
    REQUIRE(std::set<int64_t>(visited.begin(), visited.end()).size() == visited.size());
  }
}
