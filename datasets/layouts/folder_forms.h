#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/listing.h"

namespace adrep {

/// Where the parts of one class of the layout "folder" (folder.h) are, relative to the root.
struct ClassForm {
  std::string name;
  std::string train;                ///< folder that holds the folder of normal training images
  std::string normal;               ///< that folder's name
  std::optional<std::string> test;  ///< folder that holds the test folders; none in the flat form
  std::vector<std::string> masks;   ///< folders of masks
};

/// In byte-wise order of name. Throws InputError when the tree can be read in two ways.
std::vector<ClassForm> find_classes(const RootFolder& root);

/// masks, mask, ground_truth or gt in any case.
bool is_mask_folder_name(std::string_view name);

/// The same, or groundtruth, label or labels: a folder that is likely to hold masks, whatever reads it.
bool may_hold_masks(std::string_view name);

/// images, image, imgs or img in any case.
bool is_images_folder_name(std::string_view name);

/// train, test, val, valid or validation in any case.
bool is_split_name(std::string_view name);

}  // namespace adrep
