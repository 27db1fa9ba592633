#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <memory>

namespace adrep {

/// Cholesky factor L of a symmetric matrix [M, M] on the CPU in double, matrix after matrix in the same memory.
class CholeskyFactor {
 public:
  explicit CholeskyFactor(int64_t order);
  ~CholeskyFactor();

  /// matrix [M, M] float64, contiguous, of which the lower triangle counts. False when it is singular up to rounding.
  bool compute(const at::Tensor& matrix);
  /// L⁻¹ of that matrix, which must not be singular, into [M, M] float64, contiguous; zero above the diagonal.
  void inverse(const at::Tensor& to) const;

 private:
  struct Factor;  // Eigen's, whose headers stay out of ours
  std::unique_ptr<Factor> factor_;
};

/// Whether rounding hides the smallest pivot of a Cholesky factor, on any device. matrices and factors [P, M, M], info
/// [P] of the factorisation -> bool [P].
at::Tensor is_singular(const at::Tensor& matrices, const at::Tensor& factors, const at::Tensor& info);

}  // namespace adrep
