#pragma once
#include <mutex>

#include "core/backbones/vit_architecture.h"

namespace adrep {

/// Learned position embedding of a square grid of M × M patches, interpolated to other grids. The result of the last
/// grid is kept while the embedding is frozen.
class PositionEmbedding {
 public:
  /// trained [M², D]
  PositionEmbedding(const at::Tensor& trained, PositionRule rule, const BackboneOptions& options);

  /// [rows · columns, D]; the trained one itself for M × M.
  at::Tensor on_grid(int64_t rows, int64_t columns) const;

  const at::Tensor& trained() const { return trained_; }

 private:
  at::Tensor interpolated(int64_t rows, int64_t columns) const;

  at::Tensor trained_;
  PositionRule rule_;
  bool trainable_;
  mutable std::mutex mutex_;
  mutable int64_t last_rows_ = 0, last_columns_ = 0;
  mutable at::Tensor last_;
};

}  // namespace adrep
