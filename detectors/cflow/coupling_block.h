#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <string>

#include "core/base/random.h"
#include "core/io/safetensors.h"

namespace adrep {

/// The log-scale of FrEIA's all-in-one block, whose two generations share their key names: 1.9·tanh(s) until release
/// 0.2 and revision 4e0c6ab, which CFLOW's published code pins; 1.9·tanh(s/1.9) since August 2023.
enum class LogScale { freia_0_2, freia_2023 };

/// The condition of N vectors: a few distinct codes [R, K] and which of them each vector has, int64 [N].
struct Condition {
  at::Tensor codes;
  at::Tensor rows;
};

struct CouplingGradients;

constexpr double log_scale_bound = 1.9;

/// One conditional affine coupling block of FrEIA's all-in-one kind (protocol §7): the first half of a vector and its
/// condition give scale and shift of the second; then a global affine map and a fixed rotation.
/// Gradients are written out rather than recorded: only x, hidden units and the scale's tanh are kept for the way back.
class CouplingBlock {
 public:
  /// Initial values of FrEIA and of torch's linear layers; vectors of `channels` ≥ 2, conditions of `condition` ≥ 1.
  static CouplingBlock random(int64_t channels, int64_t condition, Random& random);

  /// Reads FrEIA's keys below `prefix`: subnet.{0,2}.{weight,bias}, global_scale, global_offset, w_perm (as a matrix
  /// or with two trailing dimensions of 1), w_perm_inv. Throws InputError naming `source` and the key when one is
  /// missing or of another shape.
  static CouplingBlock load(const TensorMap& state, const std::string& prefix, int64_t channels, int64_t condition,
                            const std::string& source);
  void save(TensorMap& state, const std::string& prefix) const;

  /// The trained parameters by FrEIA's names; they share memory with the block.
  void trainable(TensorMap& parameters, const std::string& prefix) const;
  void to(const at::Device& device);

  /// What backward needs of forward.
  struct Trace {
    at::Tensor x;       ///< [N, C]
    at::Tensor hidden;  ///< [N, 2·(⌈C/2⌉ + K)]
    at::Tensor tanh;    ///< [N, ⌊C/2⌋] of the scale
  };

  /// x [N, C] -> [N, C]; adds the log of the Jacobian's determinant to log_det [N]. Without `rotate` the output is
  /// what the rotation would turn. `trace`: filled unless null.
  at::Tensor forward(const at::Tensor& x, const Condition& condition, LogScale generation, bool rotate,
                     at::Tensor& log_det, Trace* trace) const;

  /// Adds the parameters' gradients to those they hold. gradient [N, C] of the output (overwritten where the output
  /// was not rotated), log_det_gradient [N] -> gradient [N, C] of x, or nothing of use unless it is `wanted` (the
  /// first block of a flow needs none).
  at::Tensor backward(Trace trace, const Condition& condition, LogScale generation, bool rotated,
                      const at::Tensor& gradient, const at::Tensor& log_det_gradient, bool wanted = true);

  int64_t channels() const { return global_scale_.size(1); }

 private:
  int64_t first() const { return (channels() + 1) / 2; }  ///< width of the half that stays
  int64_t second() const { return channels() / 2; }       ///< width of the half that changes
  at::Tensor scale() const;                               ///< [1, C], positive
  void add_affine_gradients(const CouplingGradients& d, const at::Tensor& global, const at::Tensor& d_weight2,
                            const at::Tensor& log_det_gradient);

  at::Tensor weight1_, bias1_, weight2_, bias2_;  // the subnet: [2d, d], [2d], [2·second, 2d], [2·second]
  at::Tensor global_scale_, global_offset_;       // [1, C]
  at::Tensor rotation_;                           // [C, C]
};

}  // namespace adrep
