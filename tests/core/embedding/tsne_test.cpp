#include "core/embedding/tsne.h"

#include <ATen/Parallel.h>

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("t-SNE: affinities are symmetric, sum to 1, and have the perplexity", "[embedding]") {
  const at::Tensor points = normal_tensor({30, 5}, 1, 1, at::kDouble);
  const at::Tensor p = tsne_affinities(points, 7);
  REQUIRE(p.equal(p.t()));
  REQUIRE(p.sum().item<double>() == Approx(1).epsilon(1e-12));
  REQUIRE(p.diagonal().abs().max().item<double>() == 0);
  // brute force of row 0: β by a fine search, then p(j|0) and the symmetric p(0j) + p(j0)
  const at::Tensor d = (points.unsqueeze(0) - points.unsqueeze(1)).square().sum(2);
  const auto conditional = [&](int64_t i) {
    double low = 1e-6, high = 1e6;
    at::Tensor row;
    for (int step = 0; step < 300; ++step) {
      const double beta = std::sqrt(low * high);
      row = (-beta * d[i]).exp();
      row[i] = 0;
      row = row / row.sum();
      const double entropy = -at::xlogy(row, row).sum().item<double>();
      (entropy > std::log(7.0) ? low : high) = beta;
    }
    return row;
  };
  std::vector<at::Tensor> rows;
  for (int64_t i = 0; i < 30; ++i) rows.push_back(conditional(i));
  const at::Tensor all = at::stack(rows);
  REQUIRE(at::allclose(p, (all + all.t()) / 60, 1e-6, 1e-12));
}

TEST_CASE("t-SNE: the gradient against finite differences of the divergence", "[embedding]") {
  const at::Tensor p = tsne_affinities(normal_tensor({12, 4}, 2, 1, at::kDouble), 3);
  const at::Tensor y = normal_tensor({12, 2}, 5, 1, at::kDouble);
  const at::Tensor gradient = tsne_gradient(p, y);
  for (int64_t i = 0; i < 24; ++i) {
    const auto moved = [&](double by) {
      const at::Tensor there = y.clone();
      there.view(-1)[i] += by;
      return tsne_divergence(p, there);
    };
    REQUIRE(gradient.view(-1)[i].item<double>() == Approx((moved(1e-5) - moved(-1e-5)) / 2e-5).margin(1e-8));
  }
  // exaggeration scales the attraction alone
  const at::Tensor twice = tsne_gradient(p, y, 2), thrice = tsne_gradient(p, y, 3);
  REQUIRE(at::allclose(thrice - twice, twice - gradient, 1e-10, 1e-12));
}

TEST_CASE("t-SNE: the divergence falls, separate clusters stay separate", "[embedding]") {
  const at::Tensor labels = at::arange(60).remainder(3);
  const at::Tensor points = normal_tensor({60, 8}, 7) + 12 * at::one_hot(labels, 8);
  TsneParams params;
  params.perplexity = 10;
  params.exaggerated_iterations = 50;
  params.iterations = 50;
  const double early = tsne(points, params, 1).divergence;
  params.iterations = 400;
  const TsneResult made = tsne(points, params, 1);
  REQUIRE(made.divergence < early);
  REQUIRE(made.points.mean(0).abs().max().item<double>() < 1e-9);
  // the nearest neighbour of every point is of its own cluster
  const at::Tensor distances = at::cdist(made.points, made.points) + at::diag(at::full({60}, 1e9, at::kDouble));
  REQUIRE(labels.index_select(0, distances.argmin(1)).equal(labels));
}

TEST_CASE("t-SNE: the seed alone fixes the result; equal points and few points are possible", "[embedding]") {
  const at::Tensor points = normal_tensor({50, 6}, 11);
  TsneParams params;
  params.iterations = 60;
  const int threads = at::get_num_threads();
  const TsneResult one = tsne(points, params, 4);
  at::set_num_threads(threads > 1 ? 1 : 3);
  const TsneResult again = tsne(points, params, 4);
  at::set_num_threads(threads);
  REQUIRE(one.points.equal(again.points));
  REQUIRE_FALSE(one.points.equal(tsne(points, params, 5).points));

  REQUIRE(tsne(at::ones({6, 3}), params, 0).points.isfinite().all().item<bool>());
  REQUIRE(tsne(at::eye(4), params, 0).points.isfinite().all().item<bool>());
  REQUIRE(usable_perplexity(30, 10) == 3);
  REQUIRE(usable_perplexity(30, 1000) == 30);
  REQUIRE_THROWS_AS(tsne(at::ones({3, 2}), params, 0), Error);
  REQUIRE_THROWS_AS(tsne(at::full({6, 2}, INFINITY), params, 0), Error);
}
