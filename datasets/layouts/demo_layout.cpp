#include "datasets/dataset.h"
#include "datasets/layouts/mvtec_ad.h"
#include "datasets/synthetic/synthetic.h"

namespace adrep {

/// layout=demo: the demo data set, drawn when the folder does not exist yet; afterwards it is an ordinary MVTec AD
/// tree.
ADREP_LAYOUT({
    .name = "demo",
    .doc = "the procedurally drawn demo data set, made on the spot in data=",
    .matches = {},
    .open = [](const std::filesystem::path& root) -> std::unique_ptr<Dataset> {
      make_demo_dataset(root, DemoOptions{});
      return LayoutRegistry::instance().get("mvtec_ad", "layout").open(root);
    },
    .priority = 0,
    .makes_folder = true,
});

}  // namespace adrep
