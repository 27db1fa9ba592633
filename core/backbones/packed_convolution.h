#pragma once
#include <ATen/ATen.h>

#include <array>
#include <mutex>
#include <vector>

namespace adrep {

/// What follows a convolution: max(0, x), or that cut off at 6.
enum class Rectifier { none, relu, relu6 };

/// A frozen convolution on the CPU whose weights are packed for oneDNN, which also computes the rectifier and the sum
/// with another tensor in the same pass. The layout that suits depends on the size of images and batch, so they are
/// packed when the same size comes for the second time running; until then oneDNN packs them in each call. An image's
/// values depend on neither: they are the same bits with any layout and in a batch of any size.
class PackedConvolution {
 public:
  /// Whether this LibTorch can pack.
  static bool available();

  /// weight [out, in / groups, kernel, kernel], bias [out], float32 or bfloat16
  PackedConvolution(const at::Tensor& weight, const at::Tensor& bias, int64_t stride, int64_t groups);

  /// x [B, in, H, W] with the channels innermost -> the same kind of [B, out, H', W']; `padding` rows and columns of
  /// zeros on each side
  at::Tensor apply(const at::Tensor& x, std::array<int64_t, 2> padding, Rectifier rectifier) const;
  /// The convolution plus `other` [B, out, H', W'], negative sums set to 0 if so wished.
  at::Tensor plus(const at::Tensor& x, std::array<int64_t, 2> padding, const at::Tensor& other, bool relu) const;

 private:
  at::Tensor weight_for(const at::Tensor& x, std::array<int64_t, 2> padding) const;

  at::Tensor weight_, bias_;
  std::array<int64_t, 2> stride_;
  int64_t groups_;
  mutable std::mutex mutex_;
  mutable at::Tensor packed_;
  mutable std::vector<int64_t> packed_size_, last_size_;  ///< B, in, H, W and padding: what was packed for, seen last
};

}  // namespace adrep
