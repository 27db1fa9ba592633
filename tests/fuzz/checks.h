#pragma once
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "datasets/layouts/listed_images.h"

namespace adrep::fuzz {

/// Runs a reader. It may refuse its input, in one line; anything else that it throws ends the fuzzer.
template <class Read>
void check_reader(const Read& read) {
  try {
    read();
  } catch (const InputError& error) {
    if (std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
  }
}

/// Aborts when a path that the finder accepts lies outside its root. There are files beside this root for "../" to lead
/// to, and links out of it.
inline void check_inside_root(const std::string& file) {
  static const RootFolder root("/usr/share");
  static const std::string inside = std::filesystem::canonical("/usr/share").string() + "/";
  const bool accepted = FileFinder(root).why_not(file).empty();
  if (accepted && !std::filesystem::canonical(root.full(file)).string().starts_with(inside)) std::abort();
}

/// Runs a parser of a list, and looks where the images that it names are.
template <class Parse>
void check_list(const Parse& parse) {
  check_reader([&] {
    for (const ListedImage& image : parse()) check_inside_root(image.image);
  });
}

}  // namespace adrep::fuzz
