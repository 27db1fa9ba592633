// CFLOW's flow of eight blocks on cflow.safetensors: input [N, C], condition [N, K]; the weights of
// weights_cflow.safetensors (FrEIA's names) where it is beside it, else random ones.
#include "core/training/adam.h"
#include "detectors/cflow/coupling_flow.h"
#include "timing.h"

namespace adrep::timing {
namespace {

constexpr int64_t blocks = 8;
constexpr double learning_rate = 2e-4;

struct Flow {
  CouplingFlow flow;
  at::Tensor x;
  Condition condition;

  explicit Flow(const Safetensors& input) : x(input.at("input")) {
    const at::Tensor& given = input.at("condition");
    const auto [codes, rows, counts] = at::unique_dim(given, 0, /*sorted=*/true, /*return_inverse=*/true);
    condition = {codes.contiguous(), rows.contiguous()};
    const auto weights = input.file.parent_path() / "weights_cflow.safetensors";
    Random random(1);
    flow = std::filesystem::exists(weights)
               ? CouplingFlow::load(read_safetensors(weights).tensors, "", x.size(1), given.size(1), blocks,
                                    LogScale::freia_2023, weights.string())
               : CouplingFlow::random(x.size(1), given.size(1), blocks, LogScale::freia_2023, random);
  }
};

Call forward(const Safetensors& input) {
  const Flow flow(input);
  return [=] { return at::log_sigmoid(flow.flow.log_likelihood(flow.x, flow.condition)).neg().mean().item<double>(); };
}

/// Forward, backward and Adam; the value is the loss of the step.
Call step(const Safetensors& input) {
  const auto flow = std::make_shared<Flow>(input);
  TensorMap parameters;
  flow->flow.trainable(parameters, "");
  const auto adam = std::make_shared<Adam>(std::move(parameters), AdamParams{});
  return [=] {
    adam->clear_gradients();
    const double loss =
        flow->flow.loss_and_gradients(flow->x, flow->condition, CouplingFlow::fewest_rows).item<double>();
    adam->step(learning_rate);
    return loss;
  };
}

/// All products of a step as if every vector had a condition of its own, what a plain implementation computes.
double step_flops(const Safetensors& input) {
  const double n = static_cast<double>(input.at("input").size(0)), c = static_cast<double>(input.at("input").size(1));
  const double width = c / 2 + static_cast<double>(input.at("condition").size(1));
  const double subnet = 2 * n * (2 * width * width + 2 * width * c), rotation = 2 * n * c * c;
  return blocks * 3 * subnet + (blocks - 1) * 2 * rotation;
}

[[maybe_unused]] const bool added_cflow[] = {add({"cflow_forward", "cflow", forward}),
                                             add({"cflow_step", "cflow", step, step_flops})};

}  // namespace
}  // namespace adrep::timing
