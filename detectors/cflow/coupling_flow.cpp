#include "detectors/cflow/coupling_flow.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <utility>

#include "detectors/training/trainer.h"

namespace adrep {
namespace {

std::string block_prefix(const std::string& prefix, size_t block) {
  return fmt::format("{}module_list.{}.", prefix, block);
}

at::Tensor per_dimension(const at::Tensor& z, const at::Tensor& log_det) {
  const double channels = static_cast<double>(z.size(1));
  const double constant = -0.5 * channels * std::log(2 * std::numbers::pi);
  return z.square().sum(1).mul_(-0.5).add_(log_det).add_(constant).div_(channels);
}

}  // namespace

CouplingFlow CouplingFlow::random(int64_t channels, int64_t condition, int64_t blocks, LogScale generation,
                                  Random& random) {
  CouplingFlow flow;
  flow.generation_ = generation;
  for (int64_t k = 0; k < blocks; ++k) flow.blocks_.push_back(CouplingBlock::random(channels, condition, random));
  return flow;
}

CouplingFlow CouplingFlow::load(const TensorMap& state, const std::string& prefix, int64_t channels, int64_t condition,
                                int64_t blocks, LogScale generation, const std::string& source) {
  CouplingFlow flow;
  flow.generation_ = generation;
  for (size_t k = 0; k < static_cast<size_t>(blocks); ++k)
    flow.blocks_.push_back(CouplingBlock::load(state, block_prefix(prefix, k), channels, condition, source));
  return flow;
}

void CouplingFlow::save(TensorMap& state, const std::string& prefix) const {
  for (size_t k = 0; k < blocks_.size(); ++k) blocks_[k].save(state, block_prefix(prefix, k));
}

void CouplingFlow::trainable(TensorMap& parameters, const std::string& prefix) const {
  for (size_t k = 0; k < blocks_.size(); ++k) blocks_[k].trainable(parameters, block_prefix(prefix, k));
}

void CouplingFlow::to(const at::Device& device) {
  for (CouplingBlock& block : blocks_) block.to(device);
}

at::Tensor CouplingFlow::run(const at::Tensor& x, const Condition& condition, at::Tensor& log_det,
                             std::vector<CouplingBlock::Trace>* traces) const {
  at::Tensor y = x;
  for (size_t k = 0; k < blocks_.size(); ++k)
    y = blocks_[k].forward(y, condition, generation_, k + 1 < blocks_.size(), log_det,
                           traces ? &traces->emplace_back() : nullptr);
  return y;
}

CouplingFlow::Output CouplingFlow::forward(const at::Tensor& x, const Condition& condition) const {
  Output output{x, at::zeros({x.size(0)}, x.options())};
  for (const CouplingBlock& block : blocks_)
    output.z = block.forward(output.z, condition, generation_, /*rotate=*/true, output.log_det, nullptr);
  return output;
}

at::Tensor CouplingFlow::log_likelihood(const at::Tensor& x, const Condition& condition) const {
  at::Tensor log_det = at::zeros({x.size(0)}, x.options());
  return per_dimension(run(x, condition, log_det, nullptr), log_det);
}

at::Tensor CouplingFlow::loss_and_gradients(const at::Tensor& x, const Condition& condition, int64_t rows_at_once) {
  const int64_t total = x.size(0);
  const double channels = static_cast<double>(x.size(1));
  at::Tensor loss = at::zeros({}, x.options());
  for (int64_t first = 0; first < total; first += rows_at_once) {
    const int64_t count = std::min(rows_at_once, total - first);
    const Condition part{condition.codes, condition.rows.narrow(0, first, count)};
    at::Tensor log_det = at::zeros({count}, x.options());
    std::vector<CouplingBlock::Trace> traces;
    at::Tensor gradient = run(x.narrow(0, first, count), part, log_det, &traces);  // z first
    const at::Tensor likelihood = per_dimension(gradient, log_det);
    loss.sub_(at::log_sigmoid(likelihood).sum() / static_cast<double>(total));

    // d loss / d log_det; d loss / d z is −z times it
    const at::Tensor d_log_det = likelihood.neg().sigmoid_().mul_(-1 / (channels * static_cast<double>(total)));
    gradient.mul_(d_log_det.neg().unsqueeze(1));
    for (size_t k = blocks_.size(); k-- > 0;) {
      gradient =
          blocks_[k].backward(std::move(traces[k]), part, generation_, k + 1 < blocks_.size(), gradient, d_log_det,
                              /*wanted=*/k > 0);
      traces.pop_back();
    }
  }
  return loss;
}

int64_t CouplingFlow::bytes_a_row(int64_t channels, int64_t condition, int64_t blocks) {
  const int64_t width = (channels + 1) / 2 + condition;
  const int64_t kept = channels + channels / 2 + 2 * width;  // a block: x, tanh, hidden
  const int64_t passing = 3 * channels + 2 * width;          // two gradients of x, those of the subnet's layers
  return (blocks * kept + passing) * static_cast<int64_t>(sizeof(float));
}

int64_t CouplingFlow::rows_in(int64_t bytes, int64_t channels, int64_t condition, int64_t blocks) {
  return std::clamp<int64_t>(bytes / bytes_a_row(channels, condition, blocks), fewest_rows, most_rows);
}

int64_t CouplingFlow::bytes_a_scored_row(int64_t channels, int64_t condition) {
  const int64_t width = (channels + 1) / 2 + condition;
  return (5 * channels + 3 * width) * static_cast<int64_t>(sizeof(float));
}

int64_t CouplingFlow::learnt_bytes(int64_t channels, int64_t condition, int64_t blocks) {
  const int64_t width = (channels + 1) / 2 + condition, outputs = channels / 2 * 2;
  const int64_t trained = 2 * width * (width + 1) + outputs * (2 * width + 1) + 2 * channels;
  const int64_t rotations = 2 * channels * channels * static_cast<int64_t>(sizeof(float));
  return blocks * (trained_bytes(trained) + rotations);
}

}  // namespace adrep
