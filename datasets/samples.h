#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/dataset.h"
#include "datasets/listing.h"

namespace adrep {

/// The masks of one folder, found by the stem of the image they belong to. For an image S.EXT the mask is S_mask.*,
/// S.*, S_gt.* or S_label.* (the ending in any case), the first of these that is there; of one name with several
/// extensions .png, else the first. Letters with accents match however they are encoded (composed_name).
class MaskFolder {
 public:
  MaskFolder() = default;
  /// `files`: the names in `folder`, in byte-wise order.
  MaskFolder(std::string folder, std::vector<std::string> files);

  /// Relative to the root. From now on the mask counts as used.
  std::optional<std::string> find(std::string_view image_stem) const;

  /// Those that no image has asked for and got, relative to the root.
  std::vector<std::string> unused() const;

 private:
  struct File {
    std::string name;
    bool used = false;
  };
  /// By the composed stem of their image and the place of their ending in mask_endings.
  using ByImage = std::map<std::pair<std::string, size_t>, size_t>;

  std::string folder_;
  ByImage by_image_;
  std::shared_ptr<std::vector<File>> files_ = std::make_shared<std::vector<File>>();
};

/// Adds a note that names masks which belong to no image of the class.
void note_unused_masks(const std::vector<MaskFolder>& places, ClassSplit& split);

/// The stem of the image when `stem` is named like a mask of its own (S_mask, S_gt, S_label, in any case), else "".
std::string_view image_stem_of_mask(std::string_view stem);

/// A listing of `folder`; what it refuses is added to `problems`.
Listing list_reporting(const RootFolder& root, const std::string& folder, std::vector<FileProblem>& problems);

/// The names that are images, in the same order.
std::vector<std::string> image_names(std::vector<std::string> files);

/// One image of a class, not anomalous and without a mask.
Sample make_sample(const RootFolder& root, const std::string& id);

/// Gives training images the mask of the part itself where the data set has one: ROOT/fg_mask/CLASS/STEM.*, as the
/// reference code of GLASS names them, and a note where only some have. Names are MaskFolder's.
void add_foregrounds(const RootFolder& root, ClassSplit& split, std::vector<FileProblem>& problems);

/// "1 of 6 training images has a foreground mask: …", or "" where none or all have one.
std::string foregrounds_in_words(const ClassSplit& split);

/// Puts both parts in byte-wise order of id.
void sort_samples(ClassSplit& split);

/// What load() returns of what scan() found: throws InputError for the first problem, or when there are no training
/// images (`expected` says where they are looked for).
ClassSplit checked(ClassSplit split, const std::vector<FileProblem>& problems, const RootFolder& root,
                   const std::string& expected);

/// Throws InputError when the class is not one of those known.
void require_class(const std::string& name, const std::vector<std::string>& known, const RootFolder& root);

}  // namespace adrep
