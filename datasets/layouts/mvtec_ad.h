#pragma once
#include <string_view>

#include "datasets/dataset.h"

/// Layout "mvtec_ad" (protocol §2), what MVTec AD itself and many later data sets use:
///
///     ROOT/CLASS/train/good/*                                normal images to train on
///     ROOT/CLASS/test/good/*                                 normal test images
///     ROOT/CLASS/test/DEFECT/*                               anomalous test images, a folder for each kind of defect
///     ROOT/CLASS/ground_truth/DEFECT/STEM_mask.png           mask of test/DEFECT/STEM.* (MaskFolder's other names too)
///
/// ROOT may also be one class itself (ROOT/train/good); the class is then named after the folder. Images are JPEG, PNG,
/// BMP or TIFF with extensions of any case; other files and names that begin with '.' are left out. An anomalous image
/// without a mask is loaded without one: it counts for image metrics only, and verification lists it.
namespace adrep {

/// One of the 15 classes of the published MVTec AD.
bool is_official_mvtec_ad_class(std::string_view name);

/// A tiny tree in this layout with class names of `layout` ("mvtec_ad", "mpdd").
void make_mini_mvtec_ad(MiniTree& tree, std::string_view layout);

}  // namespace adrep
