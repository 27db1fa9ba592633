#pragma once
#include <cstdlib>
#include <filesystem>
#include <string>

#include "datasets/listed_images.h"

namespace adrep::fuzz {

/// Aborts when a path that the finder accepts lies outside its root. There are files beside this root for "../" to lead
/// to, and links out of it.
inline void check_inside_root(const std::string& file) {
  static const RootFolder root("/usr/share");
  static const std::string inside = std::filesystem::canonical("/usr/share").string() + "/";
  if (!FileFinder(root).why_not(file).empty()) return;
  if (!std::filesystem::canonical(root.full(file)).string().starts_with(inside)) std::abort();
}

}  // namespace adrep::fuzz
