#include "core/neighbours/projection.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "core/neighbours/principal_directions.h"
#include "core/neighbours/squared_distance.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

namespace {

constexpr float ruled_in = std::numeric_limits<float>::infinity();

struct Pairs {
  at::Tensor queries, rows, directions;
};

/// The bounds of all pairs [Q, R] by the coarse coordinates, and by all, up to the query's norm.
struct Bounds {
  at::Tensor coarse, closer;
};

Bounds bounds_of(const ProjectedRows& q, const ProjectedRows& b) {
  const int64_t last = q.coarse.size(1) - 1;
  const at::Tensor coarse = q.coarse.mm(b.coarse.t());
  const at::Tensor rest = at::outer(q.coarse.select(1, last), b.coarse.select(1, last));
  return {b.norms - 2 * coarse, b.norms - 2 * (coarse - rest + q.fine.mm(b.fine.t()))};
}

/// Checks every pair: what is measured may not be ruled out, whatever limit it makes. Returns the least share of the
/// measured distance that the bound reached.
double check_bound(const Pairs& pairs) {
  const Projection projection(pairs.directions);
  const at::Tensor mean = pairs.rows.mean(0), q = pairs.queries - mean, b = pairs.rows - mean;
  const ProjectedRows queries = projection.of(q, q.square().sum(1)), rows = projection.of(b, b.square().sum(1));
  const Bounds bounds = bounds_of(queries, rows);
  const int64_t width = pairs.rows.size(1);
  double least = 1;
  int64_t compared = 0;
  for (int64_t i = 0; i < pairs.queries.size(0); ++i)
    for (int64_t j = 0; j < pairs.rows.size(0); ++j) {
      const float measured = squared_distance(pairs.queries.const_data_ptr<float>() + i * width,
                                              pairs.rows.const_data_ptr<float>() + j * width, width);
      const float norm = queries.norms[i].item<float>();
      const float limit = std::nextafter(projection.filter().limit(measured, norm), ruled_in);
      const float coarse = bounds.coarse[i][j].item<float>(), closer = bounds.closer[i][j].item<float>();
      if (!(coarse < limit && closer < limit))
        FAIL("query " << i << ", row " << j << ": " << coarse + norm << ", " << closer + norm << " where " << measured
                      << " is measured");
      if (measured > 0) least = std::min(least, (static_cast<double>(closer) + norm) / measured);
      ++compared;
    }
  REQUIRE(compared == pairs.queries.size(0) * pairs.rows.size(0));
  return least;
}

at::Tensor unit_rows(int64_t count, int64_t width, uint64_t seed) {
  const at::Tensor x = normal_tensor({count, width}, seed);
  return x / at::linalg_vector_norm(x, 2, at::IntArrayRef{1}, true);
}

}  // namespace

TEST_CASE("the bound of few coordinates is at most what is measured", "[nearest]") {
  uint64_t seed = 1;
  for (const int64_t width : {40, 700})
    for (const double scale : {1e-3, 1.0, 1e3})
      for (const double offset : {0.0, 20.0}) {
        CAPTURE(width, scale, offset);
        const at::Tensor mixing = normal_tensor({8, width}, ++seed), mixed = normal_tensor({60, 8}, ++seed).mm(mixing);
        const at::Tensor rows = scale * (mixed + normal_tensor({60, width}, ++seed, 0.2) + offset);
        const at::Tensor others = scale * (normal_tensor({5, width}, ++seed) + offset);
        const at::Tensor queries = at::cat({rows.narrow(0, 10, 5), others, rows.narrow(0, 0, 3) * (1 + 1e-6)});
        check_bound({queries.contiguous(), rows.contiguous(), principal_directions(rows, rows.mean(0), 30)});
      }
}

TEST_CASE("rows at the bound's edge: the bound equals the distance but for rounding, and rules nothing nearer out",
          "[nearest]") {
  // queries and rows of one subspace: nothing is left over; and with what is left along one common direction
  uint64_t seed = 100;
  for (const int64_t width : {64, 700}) {
    const at::Tensor basis = std::get<0>(at::linalg_qr(normal_tensor({width, 31}, ++seed)));  // [C, 31]
    const at::Tensor directions = basis.narrow(1, 0, 30).contiguous(), common = basis.narrow(1, 30, 1).t();
    for (const double rest : {0.0, 0.5, 30.0}) {
      CAPTURE(width, rest);
      const at::Tensor centre = unit_rows(1, 30, ++seed).mm(directions.t()) + rest * common;
      // all at one distance of the centre, in the subspace
      at::Tensor rows = centre + 0.1 * unit_rows(150, 30, ++seed).mm(directions.t()) + 5;
      const double least = check_bound({(centre + 5).contiguous(), rows.contiguous(), directions});
      REQUIRE(least > (rest > 1 ? -40 : 0.5));  // what the slack takes grows with the lengths
    }
  }
}

TEST_CASE("the bound of directions that are not quite orthonormal still holds", "[nearest]") {
  at::Tensor directions = std::get<0>(at::linalg_qr(normal_tensor({200, 30}, 1))).contiguous();
  directions += 1e-3 * normal_tensor({200, 30}, 2);
  const at::Tensor rows = normal_tensor({100, 30}, 3).mm(directions.t());
  check_bound({rows.narrow(0, 0, 20).contiguous(), rows.contiguous(), directions});
}

TEST_CASE("of some rows, those are kept whose bound by all coordinates is below the limit", "[nearest]") {
  const at::Tensor rows = normal_tensor({90, 10}, 3).mm(normal_tensor({10, 70}, 4)) + normal_tensor({90, 70}, 5, 0.3);
  const Projection projection(principal_directions(rows, at::zeros({70}), 30));
  const ProjectedRows b = projection.of(rows, rows.square().sum(1));
  const at::Tensor coarse = b.coarse.mm(b.coarse.t()), closer = bounds_of(b, b).closer;
  const int64_t width = projection.width();
  for (const int64_t query : {0, 44, 89}) {
    const CloserBound bound{b.coarse.const_data_ptr<float>() + query * width,
                            b.fine.const_data_ptr<float>() + query * width,
                            b.coarse.const_data_ptr<float>(),
                            b.fine.const_data_ptr<float>(),
                            b.norms.const_data_ptr<float>(),
                            width};
    const float limit = closer[query].median().item<float>() + 1e-3F;
    std::vector<int32_t> columns, kept;
    for (int32_t row = 1; row < 90; row += 2) {
      columns.push_back(row);
      if (closer[query][row].item<float>() < limit) kept.push_back(row);
    }
    const int64_t count =
        bound.keep_below(coarse[query].const_data_ptr<float>(), limit, columns.data(), std::ssize(columns));
    columns.resize(static_cast<size_t>(count));
    REQUIRE(columns == kept);
  }
}
