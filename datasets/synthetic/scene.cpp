#include "datasets/synthetic/scene.h"

#include <fmt/format.h>

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "core/base/error.h"
#include "core/base/random.h"

namespace adrep::synthetic {
namespace {

/// The changed pixels and a margin of one pixel for the camera's blur, as 0 and 255.
Image mask_of(const cv::Mat& changed) {
  cv::Mat wide;
  cv::dilate(changed, wide, cv::getStructuringElement(cv::MORPH_RECT, cv::Size(3, 3)));
  Image mask(wide.cols, wide.rows, 1);
  for (int y = 0; y < wide.rows; ++y)
    for (int x = 0; x < wide.cols; ++x) *mask.at(y, x) = wide.at<uint8_t>(y, x) ? 255 : 0;
  return mask;
}

}  // namespace

const std::vector<DemoClass>& demo_classes() {
  static const std::vector<DemoClass> classes = {brushed_metal(), circuit_board(), fabric()};
  return classes;
}

Picture draw_picture(const DemoClass& demo_class, uint64_t seed, int size, const PictureId& id, bool with_defect) {
  const bool known =
      id.defect == "good" || std::ranges::find(demo_class.defects, id.defect) != demo_class.defects.end();
  ADREP_ASSERT(known, "{} has no defect {}", demo_class.name, id.defect);
  const uint64_t own = derive_seed(seed, fmt::format("{}/{}/{}/{}", demo_class.name, id.split, id.defect, id.index));
  Random camera_random(derive_seed(own, "camera"));
  const Camera camera = Camera::draw(camera_random);
  const Defect defect{id.defect, derive_seed(own, "defect")};
  const bool changed = with_defect && id.defect != "good";
  const Scene scene = demo_class.draw(derive_seed(own, "piece"), size, camera, changed ? &defect : nullptr);
  Picture picture{photograph(scene.surface, camera, Random(derive_seed(own, "noise"))), {}};
  if (changed) picture.mask = mask_of(scene.changed);
  return picture;
}

}  // namespace adrep::synthetic
