#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/dataset.h"
#include "datasets/listing.h"

namespace adrep {

/// The masks of one folder, found by the stem of the image they belong to. For an image S.EXT the mask is S_mask.*,
/// S.*, S_gt.* or S_label.*, the first of these that is there; of one name with several extensions .png, else the
/// first.
class MaskFolder {
 public:
  MaskFolder() = default;
  /// `files`: the names in `folder`, in byte-wise order.
  MaskFolder(std::string folder, std::vector<std::string> files);

  /// Relative to the root.
  std::optional<std::string> find(std::string_view image_stem) const;

 private:
  std::string folder_;
  std::vector<std::string> files_;
};

/// The stem of the image when `stem` is named like a mask of its own (S_mask, S_gt, S_label), else "".
std::string_view image_stem_of_mask(std::string_view stem);

/// A listing of `folder`; what it refuses is added to `problems`.
Listing list_reporting(const RootFolder& root, const std::string& folder, std::vector<FileProblem>& problems);

/// The names that are images, in the same order.
std::vector<std::string> image_names(std::vector<std::string> files);

/// One image of a class, not anomalous and without a mask.
Sample make_sample(const RootFolder& root, const std::string& id);

/// Gives training images the mask of the part itself where the data set has one: ROOT/fg_mask/CLASS/STEM.*, as the
/// reference code of GLASS names them. Names are MaskFolder's.
void add_foregrounds(const RootFolder& root, ClassSplit& split, std::vector<FileProblem>& problems);

/// Puts both parts in byte-wise order of id.
void sort_samples(ClassSplit& split);

/// What load() returns of what scan() found: throws InputError for the first problem, or when there are no training
/// images (`expected` says where they are looked for).
ClassSplit checked(ClassSplit split, const std::vector<FileProblem>& problems, const RootFolder& root,
                   const std::string& expected);

/// Throws InputError when the class is not one of those known.
void require_class(const std::string& name, const std::vector<std::string>& known, const RootFolder& root);

}  // namespace adrep
