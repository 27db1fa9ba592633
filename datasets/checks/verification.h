#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/image/image.h"
#include "datasets/dataset.h"

namespace adrep {

enum class ProblemKind {
  refused,             ///< not read: a link that leaves the root, a pipe, an unreadable folder, a name that is not text
  layout,              ///< the class's folders could be read in two ways, or cannot be loaded
  no_training_images,  ///< class without normal images to train on
  no_test_images,      ///< class without test images
  no_normal_test_images,  ///< class whose test images are all anomalous
  unreadable,             ///< image or mask that cannot be decoded whole
  missing_mask,           ///< anomalous image without a mask
  no_masks,               ///< class without a single mask, where masks are optional (note)
  mask_size,              ///< mask of another size than its image
  empty_mask,             ///< mask of an anomalous image without an anomalous pixel
  mask_values,            ///< mask with values other than 0 and one more
  large_masks,            ///< masks that mark more than half of most images of their class (note)
  one_is_black,           ///< masks of one bit that other programs read inverted (note)
  foregrounds,            ///< foreground masks of some training images only (note)
  mask_without_image,     ///< file among the masks that belongs to no anomalous image
  train_test_duplicate,   ///< test image with the same bytes as a training image, of this class or another
  label_conflict,         ///< the same bytes once as a normal and once as an anomalous test image
  file_order,             ///< file order alone separates the test images (note)
  bit_depth,              ///< 16-bit images that use fewer bits than they are read as (note)
  orientation,            ///< images with an EXIF orientation other than upright, which is ignored (note)
  duplicate,              ///< the same bytes twice in one part, train or test (note)
  unexpected,             ///< image that the layout does not use, or no image among the images (note)
};

/// The kind's name, for example "missing_mask".
std::string_view name_of(ProblemKind kind);
/// True for what is worth a look but stands in no one's way.
bool is_note(ProblemKind kind);

struct Problem {
  std::string file;  ///< relative to the root; a class for what concerns all of it
  ProblemKind kind = ProblemKind::unexpected;
  std::string text;  ///< one line, without the file's name
  bool operator==(const Problem&) const = default;
};

struct VerifyOptions {
  int threads = 0;  ///< 0: one a processor
  /// Told after each image; called from any thread, by one at a time.
  std::function<void(size_t done, size_t total)> progress;
  /// Given each mask of a test image as it is decoded, where it has its image's size; called from any thread.
  std::function<void(const ClassSplit& split, const Sample& sample, const Image& mask)> with_mask{};
};

/// Everything wrong with a data set, in byte-wise order of file. Every image and mask of every class is read and
/// decoded whole. Threads do not change the result. Throws Interrupted on Ctrl-C.
std::vector<Problem> verify_dataset(const Dataset& dataset, const VerifyOptions& options = {});

}  // namespace adrep
