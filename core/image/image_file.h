#pragma once
#include <concepts>
#include <filesystem>
#include <string>
#include <utility>

#include "core/image/image_reading.h"

namespace adrep {

/// An image file, the content that it must have (what was hashed is what is decoded, whatever becomes of the file in
/// between), and how it is read.
struct ImageFile {
  std::filesystem::path path;
  std::string sha256;  ///< of its bytes; "": whatever they are
  int tile = 0;        ///< which one is meant where images are cut into tiles (tiles.h)
  ImageReading reading{};

  ImageFile() = default;
  template <std::convertible_to<std::filesystem::path> Path>
  ImageFile(Path&& file, std::string content = "")  // a path alone is a file of any content
      : path(std::forward<Path>(file)), sha256(std::move(content)) {}
};

}  // namespace adrep
