#pragma once
#include <ATen/ATen.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/random.h"

namespace adrep {

/// Textures that GLASS blends into normal images (protocol §7): images of a folder, or drawn ones where it has none.
class TextureBank {
 public:
  /// Images below `folder` (the DTD's `images`, for example), sorted by path; "" draws textures instead.
  /// Throws InputError when the folder does not exist or holds no image.
  explicit TextureBank(const std::filesystem::path& folder);

  /// A random texture, changed by three of nine augmentations: RGB [3, size, size] float32 in [0, 1].
  /// Throws InputError for an image that cannot be read.
  at::Tensor draw(int64_t size, Random& random) const;

  /// One line for the result.
  std::string description() const;

 private:
  std::filesystem::path folder_;
  std::vector<std::filesystem::path> files_;
};

/// A drawn texture: stripes, checks, dots, clouds or grain in two random colours. [3, size, size] in [0, 1].
at::Tensor drawn_texture(int64_t size, Random& random);

}  // namespace adrep
