#include "core/pretraining/pair_log_sum_exp.h"

#include <torch/csrc/autograd/custom_function.h>

#include <limits>

#include "core/base/error.h"

namespace adrep {
namespace {

constexpr double nothing = -std::numeric_limits<double>::infinity();

/// Calls chunk(first, products [n, K]) for all rows in turn; a product that does not count is −inf.
template <class Chunk>
void each_chunk(const at::Tensor& rows, const at::Tensor& columns, const PairOptions& options, const Chunk& chunk) {
  if (columns.size(0) == 0) return;
  constexpr int64_t copies = 4;  // the products, and what is made of them at the same time
  const int64_t row_bytes = copies * columns.size(0) * static_cast<int64_t>(rows.element_size());
  const int64_t step = std::max<int64_t>(1, options.memory_bytes / row_bytes);
  for (int64_t first = 0; first < rows.size(0); first += step) {
    const at::Tensor part = rows.narrow(0, first, std::min(step, rows.size(0) - first));
    at::Tensor products = part.mm(columns.t());
    if (options.without_self && first < columns.size(0))
      products.narrow(1, first, std::min(part.size(0), columns.size(0) - first)).fill_diagonal_(nothing);
    chunk(first, products);
  }
}

/// weights / Σ exp, by rows or columns: Σ weights · exp(products − logarithms), which is 0 where both are −inf.
at::Tensor shares(const at::Tensor& products, const at::Tensor& logarithms, const at::Tensor& gradient, int64_t axis) {
  const at::Tensor finite = logarithms.clamp_min(std::numeric_limits<float>::lowest());
  return (products - finite.unsqueeze(axis)).exp_().mul_(gradient.unsqueeze(axis));
}

struct PairFunction : torch::autograd::Function<PairFunction> {
  static torch::autograd::variable_list forward(torch::autograd::AutogradContext* context, const at::Tensor& rows,
                                                const at::Tensor& columns, const PairOptions& options) {
    at::Tensor of_rows = at::full({rows.size(0)}, nothing, rows.options());
    at::Tensor of_columns = at::full({columns.size(0)}, nothing, rows.options());
    each_chunk(rows, columns, options, [&](int64_t first, const at::Tensor& products) {
      of_rows.narrow(0, first, products.size(0)).copy_(products.logsumexp(1));
      if (options.of_columns) of_columns = at::logaddexp(of_columns, products.logsumexp(0));
    });
    context->save_for_backward({rows, columns, of_rows, of_columns});
    context->saved_data["of_columns"] = options.of_columns;
    context->saved_data["without_self"] = options.without_self;
    context->saved_data["memory_bytes"] = options.memory_bytes;
    return {of_rows, of_columns};
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &rows = saved[0], &columns = saved[1], &of_rows = saved[2], &of_columns = saved[3];
    const PairOptions options{context->saved_data["of_columns"].toBool(), context->saved_data["without_self"].toBool(),
                              context->saved_data["memory_bytes"].toInt()};
    at::Tensor to_rows = at::zeros_like(rows), to_columns = at::zeros_like(columns);
    each_chunk(rows, columns, options, [&](int64_t first, const at::Tensor& products) {
      const int64_t count = products.size(0);
      at::Tensor share = shares(products, of_rows.narrow(0, first, count), gradients[0].narrow(0, first, count), 1);
      if (options.of_columns) share.add_(shares(products, of_columns, gradients[1], 0));
      to_rows.narrow(0, first, count).copy_(share.mm(columns));
      to_columns.addmm_(share.t(), rows.narrow(0, first, count));
    });
    return {to_rows, to_columns, at::Tensor()};
  }
};

}  // namespace

PairLogSumExp pair_log_sum_exp(const at::Tensor& rows, const at::Tensor& columns, const PairOptions& options) {
  ADREP_ASSERT(rows.dim() == 2 && columns.dim() == 2 && rows.size(1) == columns.size(1), "rows and columns [., C]");
  const auto made = PairFunction::apply(rows, columns, options);
  return {made[0], options.of_columns ? made[1] : at::Tensor()};
}

}  // namespace adrep
