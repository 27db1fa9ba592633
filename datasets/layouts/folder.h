#pragma once
#include <string_view>

#include "datasets/dataset.h"

/// Layout "folder": what an inspection line has on disk. The folder of normal images is called good, ok or normal (any
/// case). A class is a folder in one of two forms:
///
///     CLASS/good/*, CLASS/DEFECT/*                           flat: normal images are split into train and test
///     CLASS/train/good/*, CLASS/test/good/*, CLASS/test/DEFECT/*      split by hand, as in MVTec AD with other names
///
/// and ROOT is one class, or holds a folder for each class. Masks are optional: CLASS/masks/DEFECT/* (also mask,
/// ground_truth or gt; also below CLASS/test), named as MaskFolder says; directly in CLASS/masks when there is one
/// defect folder; or beside the image as STEM_mask.*, STEM_gt.*, STEM_label.*. A class without masks counts for image
/// metrics only.
///
/// The flat form's split depends on each file's name only (in_training_part), so an image never changes sides when
/// others are added. Photographs of the same part look alike on both sides: where that matters, split by hand.
/// Anomalous images in CLASS/train are not used: detectors learn from normal images only; verification lists them.
///
/// What could be meant in two ways is an InputError: two folders of normal images, folders inside a folder of images, a
/// class that also holds classes, train or test beside good, two defect images that differ only in their extension,
/// masks directly in CLASS/masks with several defects.
namespace adrep {

/// good, ok or normal in any case.
bool is_normal_folder_name(std::string_view name);

/// True for about 80 % of all file names: where a normal image of the flat form goes.
bool in_training_part(std::string_view file_name);

}  // namespace adrep
