#pragma once
#include <span>
#include <string_view>

namespace adrep {

/// A file of the source tree that the program holds, so that it needs none beside it.
struct EmbeddedFile {
  std::string_view name;  ///< "configs/layouts/table1.yaml"
  std::string_view text;
};

/// All of them by name; written by cmake/EmbedFiles.cmake.
std::span<const EmbeddedFile> embedded_files();

}  // namespace adrep
