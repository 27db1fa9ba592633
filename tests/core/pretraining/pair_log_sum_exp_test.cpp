#include "core/pretraining/pair_log_sum_exp.h"

#include <catch2/catch.hpp>

#include <limits>

#include "support/golden.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

namespace {

struct Result {
  at::Tensor of_rows, of_columns, to_rows, to_columns;
};

/// Values and gradients of Σ w·logarithm with random weights; `memory` < 0: the whole matrix at once, by autograd.
Result result_of(const at::Tensor& rows, const at::Tensor& columns, bool of_columns, bool without_self,
                 int64_t memory) {
  const at::Tensor r = rows.clone().requires_grad_(), c = columns.clone().requires_grad_();
  Result result;
  if (memory >= 0) {
    const PairLogSumExp made = pair_log_sum_exp(r, c, {of_columns, without_self, memory});
    result.of_rows = made.of_rows;
    result.of_columns = made.of_columns;
    REQUIRE(made.of_columns.defined() == of_columns);
  } else {
    at::Tensor products = r.mm(c.t());
    if (without_self)
      products = products.masked_fill(at::eye(rows.size(0), columns.size(0)).to(at::kBool),
                                      -std::numeric_limits<double>::infinity());
    result.of_rows = products.logsumexp(1);
    if (of_columns) result.of_columns = products.logsumexp(0);
  }
  at::Tensor total = result.of_rows.dot(normal_tensor({rows.size(0)}, 8, 1, rows.scalar_type()));
  if (of_columns) total = total + result.of_columns.dot(normal_tensor({columns.size(0)}, 9, 1, rows.scalar_type()));
  total.backward();
  result.to_rows = r.grad();
  result.to_columns = c.grad();
  return result;
}

}  // namespace

TEST_CASE("log-sum-exp of pairs: chunks of any size equal the whole matrix, forwards and backwards", "[pretraining]") {
  for (const auto type : {at::kFloat, at::kDouble})
    for (const auto& [r, k] : std::vector<std::pair<int64_t, int64_t>>{{23, 31}, {31, 23}, {17, 17}, {1, 5}, {5, 2}})
      for (const bool of_columns : {false, true})
        for (const bool without_self : {false, true}) {
          if (without_self && (r == 1 || k == 1)) continue;
          const at::Tensor rows = normal_tensor({r, 6}, 1, 1, type), columns = normal_tensor({k, 6}, 2, 1, type);
          const Result plain = result_of(rows, columns, of_columns, without_self, -1);
          for (const int64_t memory : {int64_t{0}, 5 * k * 4 * 4, 7 * k * 4 * 8, int64_t{1} << 20}) {
            const Result chunked = result_of(rows, columns, of_columns, without_self, memory);
            REQUIRE(relative_difference(chunked.of_rows.detach(), plain.of_rows.detach()) < 1e-6);
            if (of_columns) REQUIRE(relative_difference(chunked.of_columns.detach(), plain.of_columns.detach()) < 1e-6);
            REQUIRE(relative_difference(chunked.to_rows, plain.to_rows) < (type == at::kFloat ? 2e-6 : 1e-12));
            REQUIRE(relative_difference(chunked.to_columns, plain.to_columns) < (type == at::kFloat ? 2e-6 : 1e-12));
          }
        }
}

TEST_CASE("log-sum-exp of pairs survives products beyond exp's range", "[pretraining]") {
  const at::Tensor rows = at::full({3, 1}, 100, at::kDouble), columns = at::tensor({-9.0, 8.0, 9.0}).unsqueeze(1);
  const PairLogSumExp sums = pair_log_sum_exp(rows, columns, {.of_columns = true, .memory_bytes = 0});
  REQUIRE(relative_difference(sums.of_rows, at::full({3}, 900, at::kDouble)) < 1e-7);
  REQUIRE(relative_difference(sums.of_columns, at::tensor({-900.0, 800.0, 900.0}) + std::log(3.0)) < 1e-7);
}

TEST_CASE("log-sum-exp over nothing is −inf", "[pretraining]") {
  const PairLogSumExp sums = pair_log_sum_exp(at::ones({2, 3}), at::ones({0, 3}), {.of_columns = true});
  REQUIRE(sums.of_rows.equal(at::full({2}, -std::numeric_limits<double>::infinity())));
  REQUIRE(sums.of_columns.numel() == 0);
  const PairLogSumExp others = pair_log_sum_exp(at::ones({0, 3}), at::ones({2, 3}), {.of_columns = true});
  REQUIRE(others.of_columns.equal(at::full({2}, -std::numeric_limits<double>::infinity())));
}
