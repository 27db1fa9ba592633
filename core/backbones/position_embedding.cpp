#include "core/backbones/position_embedding.h"

#include "core/backbones/parameter.h"

namespace adrep {

PositionEmbedding::PositionEmbedding(const at::Tensor& trained, PositionRule rule, const BackboneOptions& options)
    : rule_(rule), trainable_(options.trainable) {
  // interpolated in float32 whatever the model computes in, as the reference does
  BackboneOptions exact = options;
  if (!trainable_) exact.precision = Precision::fp32;
  trained_ = parameter(trained, exact);
}

at::Tensor PositionEmbedding::on_grid(int64_t rows, int64_t columns) const {
  if (trainable_) return interpolated(rows, columns);
  const std::lock_guard lock(mutex_);
  if (rows != last_rows_ || columns != last_columns_) {
    last_ = interpolated(rows, columns);
    last_rows_ = rows, last_columns_ = columns;
  }
  return last_;
}

at::Tensor PositionEmbedding::interpolated(int64_t rows, int64_t columns) const {
  const auto side = static_cast<int64_t>(std::llround(std::sqrt(static_cast<double>(trained_.size(0)))));
  if (rows == side && columns == side) return trained_;
  const at::Tensor grid = trained_.to(at::kFloat).reshape({1, side, side, -1}).permute({0, 3, 1, 2});
  // without an offset the reference gives the size alone, and the scale follows from it
  const auto scale = [&](int64_t patches) -> std::optional<double> {
    if (rule_.offset == 0) return std::nullopt;
    return (static_cast<double>(patches) + rule_.offset) / static_cast<double>(side);
  };
  const at::Tensor resized = rule_.antialias
                                 ? at::_upsample_bicubic2d_aa(grid, {rows, columns}, false, scale(rows), scale(columns))
                                 : at::upsample_bicubic2d(grid, {rows, columns}, false, scale(rows), scale(columns));
  return resized.flatten(2).squeeze(0).t().to(trained_.scalar_type()).contiguous();
}

}  // namespace adrep
