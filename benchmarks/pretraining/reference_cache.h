#pragma once
#include <list>
#include <unordered_map>

#include "benchmarks/pretraining/pretrain_data.h"
#include "core/backbones/backbone.h"

namespace adrep {

/// Features of un-augmented images as rows [H_l·W_l, C_l] a level, on the backbone's device. References are not
/// augmented, so what was computed once is kept, the least recently used going first when the bound is reached. No
/// gradient goes through them.
class ReferenceCache {
 public:
  ReferenceCache(const PretrainData& data, const Backbone& backbone, const Geometry& geometry, int64_t bytes)
      : data_(data), backbone_(backbone), geometry_(geometry), bytes_(bytes) {}

  /// The rows of the images of each list one after the other: [K·H_l·W_l, C_l] a level. What an image's rows are does
  /// not depend on what the cache holds. Images that are missing go through the backbone together, as far as that
  /// changes no bit (Backbone::batch_invariant), else one by one.
  std::vector<std::vector<at::Tensor>> rows(const std::vector<std::vector<size_t>>& lists);
  /// Keeps nothing: the backbone has changed.
  void forget();

 private:
  struct Entry {
    std::vector<at::Tensor> rows;
    std::list<size_t>::iterator place;  ///< in `order_`
  };

  void compute(const std::vector<size_t>& images);
  void keep(size_t image, const Levels& levels, int64_t place);
  std::vector<at::Tensor> joined(const std::vector<size_t>& images);
  void shrink();

  const PretrainData& data_;
  const Backbone& backbone_;
  Geometry geometry_;
  int64_t bytes_, used_ = 0;
  std::list<size_t> order_;  ///< least recently used first
  std::unordered_map<size_t, Entry> known_;
};

}  // namespace adrep
