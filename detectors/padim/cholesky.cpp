#include "detectors/padim/cholesky.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <limits>

namespace adrep {
namespace {

using RowMajorMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr int64_t inverse_block = 32;  // columns of the inverse that are solved for together

/// A pivot below this times the largest entry of the diagonal may be nothing but rounding.
double pivot_rounding(int64_t order) {
  return 4 * static_cast<double>(order) * std::numeric_limits<double>::epsilon();
}

}  // namespace

struct CholeskyFactor::Factor {
  Eigen::LLT<Eigen::MatrixXd> llt;
};

CholeskyFactor::CholeskyFactor(int64_t order) : factor_(new Factor{Eigen::LLT<Eigen::MatrixXd>(order)}) {}
CholeskyFactor::~CholeskyFactor() = default;

bool CholeskyFactor::compute(const at::Tensor& matrix) {
  const int64_t order = matrix.size(0);
  const Eigen::Map<const RowMajorMatrix> from(matrix.const_data_ptr<double>(), order, order);
  const auto& llt = factor_->llt.compute(from);
  if (llt.info() != Eigen::Success) return false;
  const double rounding = from.diagonal().maxCoeff() * pivot_rounding(order);
  return (llt.matrixLLT().diagonal().array().square() > rounding).all();  // false for NaN
}

void CholeskyFactor::inverse(const at::Tensor& to) const {
  const Eigen::MatrixXd& lower = factor_->llt.matrixLLT();
  const int64_t order = lower.rows();
  Eigen::Map<RowMajorMatrix> inverse(to.mutable_data_ptr<double>(), order, order);
  inverse.setIdentity();
  for (int64_t first = 0; first < order; first += inverse_block) {  // above the diagonal there is nothing to solve
    const int64_t left = order - first, width = std::min(inverse_block, left);
    const auto rest = lower.bottomRightCorner(left, left).triangularView<Eigen::Lower>();
    rest.solveInPlace(inverse.block(first, first, left, width));
  }
}

at::Tensor is_singular(const at::Tensor& matrices, const at::Tensor& factors, const at::Tensor& info) {
  const at::Tensor smallest_pivot = factors.diagonal(0, 1, 2).square().amin(1);
  const at::Tensor rounding = matrices.diagonal(0, 1, 2).amax(1) * pivot_rounding(matrices.size(1));
  return info.ne(0) | (smallest_pivot > rounding).logical_not();
}

}  // namespace adrep
