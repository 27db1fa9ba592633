#include "core/training/across_processes.h"

#include <catch2/catch.hpp>

#include "core/pretraining/level_loss.h"
#include "support/processes.h"

using namespace adrep;
using namespace adrep::test;

namespace {

struct ProcessViews {
  at::Tensor first, second, labels, norm_labels, center;
};

/// `count` features a view, of norms on both sides of the norm loss's limits.
ProcessViews views_of(int64_t count, int64_t anomalous_from) {
  const auto wave = [&](double step, double shift) {
    return (at::arange(count * 6, at::kDouble) * step + shift).sin().view({count, 6}) * at::linspace(0.1, 1.4, 6);
  };
  const at::Tensor index = at::arange(count);
  return {wave(0.37, 0), wave(0.53, 1), index.ge(anomalous_from), index.ge(anomalous_from - 2),
          at::linspace(-0.1, 0.1, 6, at::kDouble)};
}

struct LossAndGradients {
  LevelLoss loss;
  at::Tensor first, second;
};

/// The losses of rows begin to end with those of the other processes.
LossAndGradients evaluate(const ProcessViews& views, const LevelLossParams& params, int64_t begin, int64_t end,
                          const ProcessGroup& group) {
  const auto part = [&](const at::Tensor& all) { return all.slice(0, begin, end).clone(); };
  const at::Tensor first = part(views.first).requires_grad_(), second = part(views.second).requires_grad_();
  LossAndGradients made{level_loss(first, second, part(views.labels), part(views.norm_labels), views.center, params,
                                   int64_t{1} << 20, group),
                        {},
                        {}};
  made.loss.total.backward();
  made.first = first.grad();
  made.second = second.grad();
  return made;
}

/// Every form of the losses, with anomalous features in the last process only, in several, and in none.
std::vector<std::pair<LevelLossParams, ProcessViews>> loss_cases() {
  std::vector<std::pair<LevelLossParams, ProcessViews>> cases;
  for (const char* negatives : {"opposite", "all"})
    for (const char* anchors : {"both", "first"})
      for (const char* norm_form : {"code", "paper"})
        for (const int64_t anomalous_from : {9, 3, 12}) {
          LevelLossParams params;
          params.angle.negatives = negatives;
          params.angle.anchors = anchors;
          params.norm_form = norm_form;
          cases.emplace_back(params, views_of(12, anomalous_from));
        }
  return cases;
}

void require_close(const at::Tensor& made, const at::Tensor& expected) {
  REQUIRE(at::allclose(made, expected, 1e-10, 1e-13));
}

}  // namespace

TEST_CASE("losses of several processes are those of one with all features, and so are the gradients", "[processes]") {
  const int processes = GENERATE(2, 3);
  const auto cases = loss_cases();
  std::vector<std::vector<LossAndGradients>> parts(cases.size());  // of every case: by rank
  for (auto& of_case : parts) of_case.resize(static_cast<size_t>(processes));
  as_processes(processes, [&](const ProcessGroup& group) {
    const int64_t share = 12 / group.size(), begin = share * group.rank();
    for (size_t i = 0; i < cases.size(); ++i)
      parts[i][static_cast<size_t>(group.rank())] =
          evaluate(cases[i].second, cases[i].first, begin, begin + share, group);
  });
  for (size_t i = 0; i < cases.size(); ++i) {
    const LossAndGradients whole = evaluate(cases[i].second, cases[i].first, 0, 12, {});
    std::vector<at::Tensor> first, second;
    for (const LossAndGradients& part : parts[i]) {
      REQUIRE(part.loss.angle_left_out == whole.loss.angle_left_out);
      require_close(part.loss.angle, whole.loss.angle);
      require_close(part.loss.norm1, whole.loss.norm1);
      require_close(part.loss.norm2, whole.loss.norm2);
      require_close(part.loss.total, whole.loss.total);
      first.push_back(part.first);
      second.push_back(part.second);
    }
    REQUIRE(whole.first.abs().max().item<double>() > 1e-3);
    require_close(at::cat(first), whole.first);
    require_close(at::cat(second), whole.second);
  }
}

TEST_CASE("rows of several processes: joined by rank, gradients of all uses summed; none at all is none",
          "[processes]") {
  std::vector<at::Tensor> joined(3), gradients(3), none(3);
  std::vector<int64_t> firsts(3);
  as_processes(3, [&](const ProcessGroup& group) {
    const auto rank = static_cast<size_t>(group.rank());
    const int64_t count = group.rank() == 1 ? 0 : group.rank() + 1;  // 1, 0 and 3 rows
    const at::Tensor rows = at::full({count, 2}, group.rank(), at::kDouble).requires_grad_();
    const GatheredRows all = gather_rows_across(rows, group);
    joined[rank] = all.rows.detach();
    firsts[rank] = all.first;
    // process r weighs row i with (i + 1)·10^r: row i's gradient is (i + 1)·111
    const at::Tensor weight = (at::arange(4, at::kDouble) + 1) * std::pow(10, group.rank());
    (all.rows.sum(1) * weight).sum().backward();
    gradients[rank] = rows.grad();
    none[rank] = gather_rows_across(at::zeros({0, 2}), group).rows;
  });
  const at::Tensor expected = at::tensor({0.0, 2.0, 2.0, 2.0}).to(at::kDouble).unsqueeze(1).expand({4, 2});
  for (const at::Tensor& all : joined) REQUIRE(all.equal(expected));
  REQUIRE(firsts == std::vector<int64_t>{0, 1, 1});
  REQUIRE(gradients[0].equal(at::full({1, 2}, 111.0, at::kDouble)));
  REQUIRE(gradients[1].size(0) == 0);
  REQUIRE(gradients[2].select(1, 0).equal(at::tensor({222.0, 333.0, 444.0}).to(at::kDouble)));
  for (const at::Tensor& rows : none) REQUIRE(rows.size(0) == 0);
}

TEST_CASE("gradients of several processes are summed; a parameter without one stays without", "[processes]") {
  std::vector<at::Tensor> sums(2);
  as_processes(2, [&](const ProcessGroup& group) {
    TensorMap parameters;
    for (const char* name : {"a", "b", "c"}) parameters[name] = at::zeros({2, 3}).requires_grad_();
    ((parameters["a"] * (group.rank() + 1)).sum() + (parameters["c"] * 5).sum()).backward();
    sum_gradients(parameters, group);
    const bool right = !parameters["b"].grad().defined() && parameters["c"].grad().equal(at::full({2, 3}, 10.0));
    sums[static_cast<size_t>(group.rank())] = right ? parameters["a"].grad() : at::Tensor();
  });
  for (const at::Tensor& sum : sums) REQUIRE((sum.defined() && sum.equal(at::full({2, 3}, 3.0))));
}
