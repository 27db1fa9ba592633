#include "datasets/layouts/visa.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "datasets/layouts/csv.h"
#include "datasets/layouts/listed_dataset.h"
#include "datasets/layouts/mini_tree.h"
#include "datasets/layouts/visa_list.h"
#include "datasets/samples.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr const char* list_name = "split_csv/1cls.csv";

class Visa final : public ListedDataset {
 public:
  explicit Visa(const fs::path& root) : ListedDataset(root, list_name, TestOrder::normal_first) {
    set_images(parse_visa_split(read_file(list_file(), CsvReader::max_bytes), list_file().string()));
  }

  std::string layout() const override { return "visa"; }
  bool masks_number_defects() const override { return true; }

  ClassSplit scan(const std::string& class_name, std::vector<FileProblem>& problems) const override {
    std::vector<FileProblem> found;
    ClassSplit split = ListedDataset::scan(class_name, found);
    if (split.train.empty() && split.test.empty() && fits_mvtec_ad())
      found = {{list_name, "names files that are not there, but the folders fit another layout: say layout=mvtec_ad"}};
    problems.insert(problems.end(), found.begin(), found.end());
    add_foregrounds(root_folder(), split, problems);
    return split;
  }

 private:
  /// True for the images of VisA copied into folders of MVTec AD's layout, with the published list still beside them.
  bool fits_mvtec_ad() const { return LayoutRegistry::instance().get("mvtec_ad", "layout").matches(root_folder()); }
};

void make_mini_visa(MiniTree& tree) {
  std::string list = "object,split,label,image,mask\r\n";
  for (const std::string& name : tree.start_classes("visa")) {
    const auto add_normal = [&](int i, const char* part) {
      const std::string file = name + "/Data/Images/Normal/" + tree.file_name(i, 4, "JPG");
      tree.normal(file);
      list += fmt::format("{},{},normal,{},\r\n", name, part, file);
    };
    for (int i = tree.train() - 1; i >= 0; --i) add_normal(i, "train");  // the published list is in no order
    for (int i = 0; i < tree.normal_test(); ++i) add_normal(tree.train() + i, "test");
    for (int i = 0; i < tree.anomalous_test(); ++i) {
      const std::string file = name + "/Data/Images/Anomaly/" + tree.file_name(i, 3, "JPG");
      const std::string mask = fmt::format("{}/Data/Masks/Anomaly/{:03}.png", name, i);
      tree.anomalous(file, mask, static_cast<uint8_t>(1 + i % 3));
      list += fmt::format("{},test,anomaly,{},{}\r\n", name, file, mask);
    }
    tree.hidden_files(name + "/Data/Images/Normal");
  }
  tree.text(list_name, list);
}

ADREP_LAYOUT({.name = "visa",
              .doc = "split_csv/1cls.csv: object,split,label,image,mask",
              .matches = [](const RootFolder& root) { return fs::exists(fs::symlink_status(root.full(list_name))); },
              .open = [](const fs::path& root) -> std::unique_ptr<Dataset> { return std::make_unique<Visa>(root); },
              .priority = 40,
              .make_mini = make_mini_visa});

}  // namespace
}  // namespace adrep
