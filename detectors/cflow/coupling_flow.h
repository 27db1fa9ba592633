#pragma once
#include <string>
#include <vector>

#include "detectors/cflow/coupling_block.h"

namespace adrep {

/// A conditional normalising flow: coupling blocks one after the other, as FrEIA's SequenceINN.
class CouplingFlow {
 public:
  static CouplingFlow random(int64_t channels, int64_t condition, int64_t blocks, LogScale generation, Random& random);

  /// Reads `blocks` blocks below PREFIXmodule_list.K. Throws InputError naming `source` and the key.
  static CouplingFlow load(const TensorMap& state, const std::string& prefix, int64_t channels, int64_t condition,
                           int64_t blocks, LogScale generation, const std::string& source);
  void save(TensorMap& state, const std::string& prefix) const;
  void trainable(TensorMap& parameters, const std::string& prefix) const;
  void to(const at::Device& device);

  struct Output {
    at::Tensor z;        ///< [N, C]
    at::Tensor log_det;  ///< [N]
  };
  Output forward(const at::Tensor& x, const Condition& condition) const;

  /// Log-likelihood of each vector under a standard normal z, divided by C: (−C/2·ln 2π − ½‖z‖² + log|det|) / C.
  /// x [N, C] -> [N]. The last rotation does not change ‖z‖ and is left out.
  at::Tensor log_likelihood(const at::Tensor& x, const Condition& condition) const;

  /// The loss, mean over the vectors of −logsigmoid(log_likelihood), as a 0-dim tensor; adds its gradients to those of
  /// the parameters. `rows_at_once` vectors are in memory at a time (rows_in gives how many fit).
  at::Tensor loss_and_gradients(const at::Tensor& x, const Condition& condition, int64_t rows_at_once);

  static constexpr int64_t fewest_rows = 1024, most_rows = 4096;  ///< at a time; a step has 4096 by default

  /// Working memory of loss_and_gradients for each vector taken at a time.
  static int64_t bytes_a_row(int64_t channels, int64_t condition, int64_t blocks);
  /// That of log_likelihood for each vector.
  static int64_t bytes_a_scored_row(int64_t channels, int64_t condition);

  /// How many vectors to take at a time: as many as have their traces in so many bytes, fewest_rows to most_rows.
  static int64_t rows_in(int64_t bytes, int64_t channels, int64_t condition, int64_t blocks);

  /// Memory of a flow in training: trained numbers with gradients and moments, and its rotations.
  static int64_t learnt_bytes(int64_t channels, int64_t condition, int64_t blocks);

 private:
  at::Tensor run(const at::Tensor& x, const Condition& condition, at::Tensor& log_det,
                 std::vector<CouplingBlock::Trace>* traces) const;

  std::vector<CouplingBlock> blocks_;
  LogScale generation_ = LogScale::freia_0_2;
};

}  // namespace adrep
