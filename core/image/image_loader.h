#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/image/image_file.h"
#include "core/image/preprocess.h"

namespace adrep {

/// One loaded image, or why it could not be loaded.
struct LoadedImage {
  size_t index = 0;
  std::optional<Image> image{};  ///< preprocessed RGB
  Content content{};             ///< where the photograph lies in it
  int width = 0, height = 0;     ///< of the photograph
  std::string error{};           ///< set when there is no image
};

/// The file of this index, or why it cannot be used; throws Error where its content is not the expected one.
LoadedImage load_image(size_t index, const ImageFile& file, const Geometry& geometry);

/// Decodes and preprocesses files on `threads` threads, at most `ahead` images ahead of the consumer (both at least 1),
/// and hands them over in order on the calling thread, which loads a single file itself. A file that cannot be used
/// gives its error, not an exception; one whose content is not the expected one throws Error. Returns early when
/// `consume` returns false; exceptions of `consume` pass through. All threads have ended on return.
void load_images(const std::vector<ImageFile>& files, const Geometry& geometry, int threads, size_t ahead,
                 const std::function<bool(LoadedImage)>& consume);

}  // namespace adrep
