#pragma once
#include <memory>
#include <string>
#include <vector>

#include "datasets/dataset.h"

namespace adrep {

/// Where the parts of one class are, in data sets that give every class a folder with train/ and test/:
///
///     CLASS/train/NORMAL/IMAGES/*                   normal images to train on
///     CLASS/test/NORMAL/IMAGES/*                    normal test images
///     CLASS/test/DEFECT/IMAGES/*                    anomalous test images
///     CLASS/MASKS_ABOVE/DEFECT/MASKS_BELOW/*        their masks, named as MaskFolder says
struct ClassTreeRules {
  std::string layout;
  std::string normal = "good";               ///< folder of normal images
  std::string images{};                      ///< folder of the images below that of a kind, or ""
  std::string masks_above = "ground_truth";  ///< folder that holds a folder of masks for each defect
  std::string masks_below{};                 ///< folder of the masks below that of a defect, or ""
  bool root_may_be_class = false;            ///< ROOT/train/NORMAL: the class is named after the root
  /// Folders below CLASS that are known and not used; '*' stands for any one name.
  std::vector<std::string> unused{};
};

/// Reads such a tree: its classes are the folders with train/ or test/ in them. Other files, and names that begin with
/// '.', are left out. An anomalous image without a mask is loaded without one. Throws as Dataset says.
std::unique_ptr<Dataset> open_class_tree(const std::filesystem::path& root, const ClassTreeRules& rules);

/// The folders of ROOT that hold training images of this form: names of classes, "" for the root itself where it may be
/// one.
std::vector<std::string> classes_in_tree(const RootFolder& root, const ClassTreeRules& rules);

}  // namespace adrep
