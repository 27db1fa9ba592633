#pragma once
#include <cstdint>
#include <filesystem>

#include "core/base/schema.h"

namespace adrep {

/// Size and seed of the demo data set.
struct DemoOptions {
  int64_t train_per_class = 60;
  int64_t normal_test_per_class = 20;
  int64_t defects_per_type = 5;
  int64_t size = 320;
  int64_t seed = 0;

  static void declare(Schema<DemoOptions>& s) {
    s.decides(Decides::features);
    s.add(&DemoOptions::train_per_class, "train_per_class")
        .at_least(1)
        .at_most(999)
        .doc("normal training images of each class");
    s.add(&DemoOptions::normal_test_per_class, "normal_test_per_class")
        .at_least(1)
        .at_most(999)
        .doc("normal test images of each class");
    s.add(&DemoOptions::defects_per_type, "defects_per_type")
        .at_least(1)
        .at_most(999)
        .doc("test images of each defect type");
    s.add(&DemoOptions::size, "size").at_least(64).at_most(2048).doc("side of the square images, pixels");
    s.add(&DemoOptions::seed, "seed").at_least(0).doc("another seed draws other images of the same classes");
  }
  bool operator==(const DemoOptions&) const = default;
};

/// Draws an offline demo data set into `root`, in the MVTec AD layout: brushed_metal and fabric (textures),
/// circuit_board (an object), each with five defect types and masks. Lighting, pose, grain and tolerances differ from
/// image to image. Same options and machine, same bytes; each image depends on its own name and the seed only.
///
/// Atomic: built in a temporary folder beside `root`, then renamed. Returns false, doing nothing, when `root` is a
/// complete demo set with the same options. Throws InputError for options out of bounds and for any other `root` that
/// is not empty; Error when it cannot be written; Interrupted on Ctrl-C. Sets OpenCV to one thread.
bool make_demo_dataset(const std::filesystem::path& root, const DemoOptions& options);

}  // namespace adrep
