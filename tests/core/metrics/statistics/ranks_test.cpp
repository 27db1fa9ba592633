#include "core/metrics/statistics/ranks.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace adrep;

TEST_CASE("mean ranks share ties, the best is 1") {
  const FriedmanTest test = friedman({{0.9, 0.8, 0.7}, {0.5, 0.5, 0.1}, {0.3, 0.4, 0.2}});
  CHECK(test.mean_ranks[0] == Approx((1 + 1.5 + 2) / 3));
  CHECK(test.mean_ranks[1] == Approx((2 + 1.5 + 1) / 3));
  CHECK(test.mean_ranks[2] == Approx(3));
}

TEST_CASE("Friedman's statistic and p equal their closed forms") {
  // three data sets in the same order: chi-square is its largest, n (k - 1) = 6; with 2 degrees p = exp(-3)
  const FriedmanTest largest = friedman({{3, 2, 1}, {3, 2, 1}, {3, 2, 1}});
  CHECK(largest.chi_square.value == Approx(6));
  CHECK(largest.p_value.value == Approx(std::exp(-3.0)).epsilon(1e-12));
  // opposite orders cancel
  const FriedmanTest none = friedman({{3, 2, 1}, {1, 2, 3}});
  CHECK(none.chi_square.value == Approx(0).margin(1e-12));
  CHECK(none.p_value.value == Approx(1));
  // two methods, one degree: p = erfc(sqrt(chi/2))
  const FriedmanTest two = friedman({{2, 1}, {2, 1}, {2, 1}, {1, 2}, {2, 1}});
  CHECK(two.chi_square.value == Approx(9.0 / 5));
  CHECK(two.p_value.value == Approx(std::erfc(std::sqrt(0.9))).epsilon(1e-12));
  // with ties, by hand: ranks (1.5 1.5 3), (1 2.5 2.5): means 1.25 2 2.75; 12·2/12·1.125 = 2.25; 1 − 12/48 = 0.75
  CHECK(friedman({{2, 2, 1}, {3, 1, 1}}).chi_square.value == Approx(3));
  // four degrees: Q(2, x/2) = e^{-x/2} (1 + x/2)
  const FriedmanTest five = friedman({{5, 4, 3, 2, 1}, {5, 4, 3, 2, 1}, {4, 5, 3, 2, 1}});
  const double half = five.chi_square.value / 2;
  CHECK(five.p_value.value == Approx(std::exp(-half) * (1 + half)).epsilon(1e-12));
}

TEST_CASE("Friedman's p of very many methods equals its closed form") {
  // 2a degrees: Q(a, x) = e^{-x} Σ_{i<a} xⁱ / i!
  constexpr int half_degrees = 23, methods = 2 * half_degrees + 1;
  for (const int shift : {0, 1, 7, 20}) {  // the second data set's order is the first one's, turned
    CAPTURE(shift);
    std::vector<std::vector<double>> values(2);
    for (int m = 0; m < methods; ++m) {
      values[0].push_back(m);
      values[1].push_back((m + shift) % methods);
    }
    const FriedmanTest test = friedman(values);
    const double x = test.chi_square.value / 2;
    double term = std::exp(-x), sum = term;
    for (int i = 1; i < half_degrees; ++i) sum += term *= x / i;
    CHECK(test.p_value.value == Approx(sum).epsilon(1e-8));
  }
}

TEST_CASE("the test is undefined without anything to compare") {
  CHECK_FALSE(friedman({}).p_value.defined());
  CHECK_FALSE(friedman({{1, 2}}).p_value.defined());
  CHECK_FALSE(friedman({{1}, {2}}).p_value.defined());
  CHECK_FALSE(friedman({{1, 1}, {2, 2}}).p_value.defined());
  CHECK_THROWS_AS(friedman({{1, 2}, {1}}), InputError);
  CHECK_THROWS_AS(friedman({{1, std::nan("")}, {1, 2}}), InputError);
}

TEST_CASE("critical differences equal the published table of q") {
  // Demšar 2006, Table 5(a); the factor makes CD equal to q
  const std::vector<std::pair<int64_t, double>> five_percent{{2, 1.960}, {3, 2.343}, {4, 2.569}, {5, 2.728}, {6, 2.850},
                                                             {7, 2.949}, {8, 3.031}, {9, 3.102}, {10, 3.164}};
  for (const auto& [methods, q] : five_percent) {
    const auto k = static_cast<double>(methods);
    CHECK(nemenyi_critical_difference(methods, 1) / std::sqrt(k * (k + 1) / 6) == Approx(q).margin(1.1e-3));
  }
  CHECK(nemenyi_critical_difference(2, 1, 0.1) == Approx(1.645).margin(1e-3));
  CHECK(nemenyi_critical_difference(4, 40) == Approx(nemenyi_critical_difference(4, 10) / 2));
  CHECK_THROWS_AS(nemenyi_critical_difference(1, 5), InputError);
  CHECK_THROWS_AS(nemenyi_critical_difference(3, 5, 0), InputError);
}

TEST_CASE("methods within the critical difference form maximal sets") {
  using Sets = std::vector<std::vector<size_t>>;
  CHECK(indistinguishable({3.0, 1.0, 1.8, 4.9}, 1.25) == Sets{{1, 2}, {2, 0}});
  CHECK(indistinguishable({1, 2, 3}, 5) == Sets{{0, 1, 2}});
  CHECK(indistinguishable({1, 3, 5}, 1).empty());
  CHECK(indistinguishable({}, 1).empty());
}
