#include "core/training/across_processes.h"

#include <torch/csrc/autograd/custom_function.h>

#include "core/base/error.h"

namespace adrep {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// The group as a value that an autograd context can keep.
struct KeptGroup : torch::CustomClassHolder {
  explicit KeptGroup(ProcessGroup g) : group(std::move(g)) {}
  ProcessGroup group;
};

struct SumFunction : torch::autograd::Function<SumFunction> {
  static at::Tensor forward(AutogradContext*, const at::Tensor& values, const ProcessGroup& group) {
    return group.sum(values);
  }
  static variable_list backward(AutogradContext*, const variable_list& gradients) {
    return {gradients[0], at::Tensor()};
  }
};

struct GatherFunction : torch::autograd::Function<GatherFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& values, const ProcessGroup& group) {
    context->saved_data["group"] = c10::IValue::make_capsule(c10::make_intrusive<KeptGroup>(group));
    return group.gather(values);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto kept = c10::static_intrusive_pointer_cast<KeptGroup>(context->saved_data["group"].toCapsule());
    return {kept->group.sum(gradients[0])[kept->group.rank()], at::Tensor()};
  }
};

}  // namespace

at::Tensor sum_across(const at::Tensor& values, const ProcessGroup& group) {
  return group.alone() ? values : SumFunction::apply(values, group);
}

at::Tensor mean_across(const at::Tensor& values, const ProcessGroup& group) {
  if (group.alone()) return values.mean();
  return sum_across(values.sum(), group) / (values.numel() * group.size());
}

at::Tensor gather_across(const at::Tensor& values, const ProcessGroup& group) {
  return group.alone() ? values.unsqueeze(0) : GatherFunction::apply(values, group);
}

GatheredRows gather_rows_across(const at::Tensor& rows, const ProcessGroup& group) {
  ADREP_ASSERT(rows.dim() == 2, "rows [R, C]");
  if (group.alone()) return {rows, 0};
  const at::Tensor counts = group.gather(at::scalar_tensor(rows.size(0), at::kLong));
  const int64_t most = counts.max().item<int64_t>();
  if (most == 0) return {rows, 0};
  const at::Tensor filled = at::cat({rows, at::zeros({most - rows.size(0), rows.size(1)}, rows.options())});
  const at::Tensor gathered = gather_across(filled, group);
  GatheredRows all;
  std::vector<at::Tensor> parts;
  for (int64_t rank = 0; rank < group.size(); ++rank) {
    const int64_t count = counts[rank].item<int64_t>();
    if (rank < group.rank()) all.first += count;
    parts.push_back(gathered[rank].narrow(0, 0, count));
  }
  all.rows = at::cat(parts);
  return all;
}

void sum_gradients(const TensorMap& parameters, const ProcessGroup& group) {
  if (group.alone()) return;
  std::vector<at::Tensor> gradients, flat;
  for (const auto& [key, parameter] : parameters)
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  for (const at::Tensor& gradient : gradients) flat.push_back(gradient.flatten());
  if (gradients.empty()) return;
  const at::Tensor sums = group.sum(at::cat(flat));
  int64_t first = 0;
  for (const at::Tensor& gradient : gradients) {
    gradient.copy_(sums.narrow(0, first, gradient.numel()).view(gradient.sizes()));
    first += gradient.numel();
  }
}

}  // namespace adrep
