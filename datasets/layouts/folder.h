#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "datasets/dataset.h"

/// Layout "folder": what an inspection line has on disk. The folder of normal images is called good, ok or normal (any
/// case). A class is a folder in one of two forms:
///
///     CLASS/good/*, CLASS/DEFECT/*                           flat: normal images are split into train and test
///     CLASS/train/good/*, CLASS/test/good/*, CLASS/test/DEFECT/*      split by hand, as in MVTec AD with other names
///
/// and ROOT is one class, or holds a folder for each class. Masks are optional: CLASS/masks/DEFECT/* (also mask,
/// ground_truth or gt; also below CLASS/test), named as MaskFolder says; directly in CLASS/masks when there is one
/// defect folder; or beside the image as STEM_mask.*, STEM_gt.*, STEM_label.*. Images may lie one level down
/// (DEFECT/images/*), with their masks beside that (DEFECT/masks/*). A class without masks counts for image metrics
/// only.
///
/// In the flat form a fifth of the normal images is tested, by a hash of their names (tested_by_name): few change sides
/// when others are added. Photographs of the same part look alike on both sides: where that matters, set split.group=,
/// or split by hand.
/// Anomalous images in CLASS/train are not used: detectors learn from normal images only; verification lists them.
///
/// What could be meant in two ways is an InputError: two folders of normal images, folders inside a folder of images, a
/// class that also holds classes, train or test beside good, two defect images that differ only in their extension,
/// masks directly in CLASS/masks with several defects.
namespace adrep {

/// good, ok or normal in any case.
bool is_normal_folder_name(std::string_view name);

/// For each of a folder's names whether it is tested where the flat form divides them: a fifth, at least one, the first
/// by a hash of the name (hash_order.h).
std::vector<bool> tested_by_name(const std::vector<std::string>& names);

}  // namespace adrep
