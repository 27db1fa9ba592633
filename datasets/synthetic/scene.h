#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/image/image.h"
#include "datasets/synthetic/camera.h"

namespace adrep::synthetic {

/// Which defect to draw, and the seed of its shape and place.
struct Defect {
  std::string type;
  uint64_t seed = 0;
};

/// A drawn surface and where its defect changed it.
struct Scene {
  Surface surface;
  cv::Mat changed;  ///< CV_8U [size, size], 0 where nothing changed; empty without a defect
};

/// One class of the demo data set.
struct DemoClass {
  std::string name;
  std::vector<std::string> defects;  ///< names of its defect types
  /// Draws one piece. `seed` fixes everything but the defect, so the same seed with and without `defect` (null: none)
  /// differs in the defect alone.
  std::function<Scene(uint64_t seed, int size, const Camera& camera, const Defect* defect)> draw;
};

/// Brushed steel: a stochastic texture with a direction.
DemoClass brushed_metal();
/// Twill of two yarns: a regular texture.
DemoClass fabric();
/// Circuit board with components: an object with parts.
DemoClass circuit_board();

/// All classes, in alphabetical order of their names.
const std::vector<DemoClass>& demo_classes();

/// Which picture of the data set.
struct PictureId {
  std::string split;            ///< "train" or "test"
  std::string defect = "good";  ///< "good" or a defect type of the class
  int64_t index = 0;
};

struct Picture {
  Image image;  ///< RGB [size, size]
  Image mask;   ///< one channel, 0 or 255; no pixels when normal
};

/// Draws one picture. It depends on nothing but the arguments. `with_defect` false draws the same piece, light and
/// noise without its defect (the mask stays empty).
Picture draw_picture(const DemoClass& demo_class, uint64_t seed, int size, const PictureId& id,
                     bool with_defect = true);

}  // namespace adrep::synthetic
