#include "detectors/padim/whitened_samples.h"

#include <algorithm>
#include <cmath>

#include "core/base/vector_clones.h"

namespace adrep {
namespace {

constexpr int64_t sample_block = 64;  // rows of a triangular product that are multiplied together

ADREP_VECTOR_CLONES void add_row(const float* row, int64_t width, double* sum) {
  for (int64_t c = 0; c < width; ++c) sum[c] += row[c];
}

/// out ← (row − mean) · scale + addend
ADREP_VECTOR_CLONES void centred_row(const float* row, const double* mean, double scale, const double* addend,
                                     int64_t width, double* out) {
  for (int64_t c = 0; c < width; ++c) out[c] = (row[c] - mean[c]) * scale + addend[c];
}

}  // namespace

int64_t whitened_rows(int64_t samples, int64_t channels) {
  return std::min(std::max<int64_t>(samples - 1, 1), channels);
}

WhitenedSamples::WhitenedSamples(int64_t samples, int64_t channels, double ridge)
    : samples_(samples), channels_(channels), order_(whitened_rows(samples, channels)), ridge_(ridge), factor_(order_) {
  const auto doubles = at::TensorOptions(at::kDouble);
  mean_ = at::empty({channels}, doubles);
  zeros_ = at::zeros({channels}, doubles);
  first_ = at::empty({channels}, doubles);
  rows_ = at::empty({order_, channels}, doubles);
  whitening_ = at::zeros({order_, order_}, doubles);
  product_ = at::empty({std::min(sample_block, order_), channels}, doubles);
}

/// The samples' mean, and X: a reflection that takes (1, …, 1) to the first axis makes the first of the centred rows
/// zero, so that it can be left out; it would only add rounding.
void WhitenedSamples::centre(const float* samples) {
  double* mean = mean_.mutable_data_ptr<double>();
  double* rows = rows_.mutable_data_ptr<double>();
  mean_.zero_();
  for (int64_t i = 0; i < samples_; ++i) add_row(samples + i * channels_, channels_, mean);
  mean_.div_(static_cast<double>(samples_));
  if (samples_ == 1) {
    rows_.zero_();
    return;
  }
  const double n = static_cast<double>(samples_), scale = 1 / std::sqrt(n - 1);
  double* first = first_.mutable_data_ptr<double>();
  centred_row(samples, mean, scale / (std::sqrt(n) - 1), zeros_.const_data_ptr<double>(), channels_, first);
  for (int64_t i = 1; i < samples_; ++i)
    centred_row(samples + i * channels_, mean, scale, first, channels_, rows + (i - 1) * channels_);
}

bool WhitenedSamples::fit(const float* samples, at::Tensor basis) {
  centre(samples);
  at::Tensor& gram = whitening_;                                    // until it is factored
  for (int64_t first = 0; first < order_; first += sample_block) {  // the lower triangle is all that is read
    const int64_t count = std::min(sample_block, order_ - first), width = first + count;
    at::Tensor part = gram.narrow(0, first, count).narrow(1, 0, width);
    at::mm_out(part, rows_.narrow(0, first, count), rows_.narrow(0, 0, width).t());
  }
  gram.diagonal().add_(ridge_);
  if (!factor_.compute(gram)) return false;
  factor_.inverse(whitening_);
  for (int64_t first = 0; first < order_; first += sample_block) {
    const int64_t count = std::min(sample_block, order_ - first), width = first + count;
    at::Tensor part = product_.narrow(0, 0, count);
    at::mm_out(part, whitening_.narrow(0, first, count).narrow(1, 0, width), rows_.narrow(0, 0, width));
    basis.narrow(0, first, count).copy_(part);
  }
  return true;
}

}  // namespace adrep
