#pragma once
#include <cstddef>
#include <vector>

#include "core/backbones/levels.h"

namespace adrep {

/// Levels of a known number of images, filled image by image in any order: one tensor [N, C_l, H_l, W_l] a level, made
/// when the first image is put.
class LevelRows {
 public:
  LevelRows(size_t images, int64_t image_size, const at::Device& device)
      : images_(static_cast<int64_t>(images)), image_size_(image_size), device_(device) {}

  /// True when the maps [C_l, H_l, W_l] have the shapes and types of what was put before, or nothing was put yet.
  bool fits(const std::vector<at::Tensor>& maps) const;
  /// Copies the maps of an image, from any device.
  void put(size_t image, const std::vector<at::Tensor>& maps);

  /// Bytes of one image; 0 before the first one is put.
  int64_t row_bytes() const;
  /// The levels of these images, in this order; not copied when the images follow each other.
  Levels selected(const std::vector<size_t>& images) const;
  /// All levels, only these images (ascending: asserted), moved together in place. Nothing may be called afterwards.
  Levels move_out(const std::vector<size_t>& images);

 private:
  int64_t images_, image_size_;
  at::Device device_;
  std::vector<at::Tensor> maps_;
};

}  // namespace adrep
