#pragma once
#include <cstddef>
#include <vector>

#include "core/backbones/levels.h"
#include "core/io/spill_folder.h"

namespace adrep {

/// Where features are put: in memory, or in a spill folder where one image's bytes times `images` are more than
/// `limit_bytes`.
struct FeatureRoom {
  const SpillFolder* spill = nullptr;  ///< none: always in memory
  int64_t images = 0;                  ///< all that are to be held at a time, of this and of other lists
  int64_t limit_bytes = 0;

  /// Whether images of so many bytes do not fit.
  bool is_short(int64_t image_bytes) const { return spill && images * image_bytes > limit_bytes; }
};

/// Levels of a known number of images, filled image by image in any order: one tensor [N, C_l, H_l, W_l] a level, made
/// when the first image is put.
class LevelRows {
 public:
  LevelRows(size_t images, int64_t image_size, const at::Device& device, const FeatureRoom& room = {})
      : images_(static_cast<int64_t>(images)), image_size_(image_size), device_(device), room_(room) {}

  /// True when the maps [C_l, H_l, W_l] have the shapes and types of what was put before, or nothing was put yet.
  bool fits(const std::vector<at::Tensor>& maps) const;
  /// Takes the maps of an image, from any device; copies them, but those of the feature cache into a spill folder only
  /// where their pages cannot be shared.
  void put(size_t image, const std::vector<at::Tensor>& maps);

  /// Bytes of one image; 0 before the first one is put.
  int64_t row_bytes() const;
  /// The levels of these images, in this order; not copied when the images follow each other.
  Levels selected(const std::vector<size_t>& images) const;
  /// All levels, only these images (ascending: asserted), moved together in place. Nothing may be called afterwards.
  Levels move_out(const std::vector<size_t>& images);

 private:
  /// The tensors for images like this one.
  void make_room(const std::vector<at::Tensor>& maps);
  void put_row(int64_t row, const std::vector<at::Tensor>& maps);
  /// The same as move_out from a spill folder, where rows have their values once.
  Levels moved_to_new_rows(const std::vector<size_t>& images);

  int64_t images_, image_size_;
  at::Device device_;
  FeatureRoom room_;
  int64_t unreleased_ = 0;  ///< bytes that were put since pages were last given back
  std::vector<at::Tensor> maps_;
};

/// Bytes of levels that lie in memory and in no spill folder.
int64_t bytes_in_memory(const Levels& levels);

/// Takes the pages of levels in a spill folder out of the process's memory.
void release_levels(const Levels& levels);

}  // namespace adrep
