#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace adrep {

/// References by list, so that published ones reproduce exactly. Paths as they stand in the list: nothing is opened by
/// them, they are only compared with the images that a data set has (PathTails).
struct ReferenceList {
  std::vector<std::string> common;  ///< references of every image, in order; empty when every image has its own
  std::vector<std::pair<std::string, std::vector<std::string>>> of_image;  ///< image -> its references, nearest first
};

/// A list's text: a JSON array of paths, or one path a line ('#' begins a comment) — references of every image; or, as
/// published with the paper's code, a JSON object of test image -> array of references.
/// Throws InputError "NAME: …" for anything else, an empty list, a path that is named twice, is longer than 4096 bytes
/// or no plain text.
ReferenceList parse_reference_list(const std::string& text, const std::string& name);

/// Finds images by the tail of their path: absolute paths of another machine are mapped onto the data set.
class PathTails {
 public:
  /// ids: paths relative to the data set's root, '/' separated, all different.
  explicit PathTails(std::vector<std::string> ids);

  /// The place in `ids` of the image that this path means: an id that is the path's tail (the longest, when there are
  /// several), else the only id of which the path is the tail. "/other/machine/mvtec/bottle/train/good/000.png" and
  /// "good/000.png" both mean "bottle/train/good/000.png". '\' counts as '/'
  /// (with_slashes). None: no image, or several.
  std::optional<size_t> find(std::string_view path) const;

 private:
  std::vector<std::string> ids_;
  std::vector<size_t> sorted_;  ///< places, in order of id
};

}  // namespace adrep
