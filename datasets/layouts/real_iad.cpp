#include "datasets/layouts/real_iad.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/image/decode.h"
#include "datasets/layouts/mini_tree.h"
#include "datasets/layouts/real_iad_list.h"
#include "datasets/samples.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::array<std::string_view, 3> resolutions = {"realiad_512", "realiad_1024", "realiad_256"};
constexpr std::array<std::string_view, 2> list_folders = {"realiad_jsons/realiad_jsons", "realiad_jsons"};
constexpr uint64_t max_list_bytes = 256 << 20;

bool is_png(std::string_view name) {
  return name.ends_with(".png") || name.ends_with(".PNG");
}

/// True when CLASS/OK holds folders of samples whose images name their view, which tells it from a folder of images.
bool holds_classes(const RootFolder& root, const std::string& folder) {
  const auto is_sample = [&](const std::string& sample) {
    const std::vector<std::string> files = root.list(sample).files;
    return std::any_of(files.begin(), files.end(), [](const std::string& f) { return !real_iad_view(f).empty(); });
  };
  for (const std::string& name : root.folders(folder)) {
    const std::string normal = joined(joined(folder, name), "OK");
    const std::vector<std::string>& samples = root.folders(normal);
    if (!samples.empty() && is_sample(joined(normal, samples[0]))) return true;
  }
  return false;
}

/// The folder of the resolution to read, "" when the root is one, none when there is none.
std::optional<std::string> image_folder(const RootFolder& root, std::string_view wanted) {
  for (std::string_view name : resolutions)
    if ((wanted.empty() || wanted == name) && holds_classes(root, std::string(name))) return std::string(name);
  if (wanted.empty() && holds_classes(root, "")) return "";
  return std::nullopt;
}

class RealIad final : public Dataset {
 public:
  RealIad(const fs::path& root, std::string layout, std::string_view resolution)
      : layout_(std::move(layout)), root_(root), folder_(image_folder(root_, resolution).value_or("")) {
    for (const std::string& name : root_.folders_in(folder_))
      if (root_.has_folder(joined(joined(folder_, name), "OK"))) classes_.push_back(name);
    if (folder_.empty()) return;
    for (std::string_view lists : list_folders)
      if (lists_.empty() && root_.has_folder(std::string(lists))) lists_ = lists;
  }

  std::string layout() const override { return layout_; }
  const fs::path& root() const override { return root_.path(); }
  std::vector<std::string> classes() const override { return classes_; }

  ClassSplit load(const std::string& class_name) const override {
    std::vector<FileProblem> problems;
    ClassSplit split = scan(class_name, problems);
    return checked(std::move(split), problems, root_, joined(joined(folder_, class_name), "OK"));
  }

  ClassSplit scan(const std::string& class_name, std::vector<FileProblem>& problems) const override {
    require_class(class_name, classes_, root_);
    return lists_.empty() ? scan_folders(class_name, problems) : scan_list(class_name, problems);
  }

  /// The other resolutions.
  bool leaves_unused(const std::string& folder) const override {
    return folder != folder_ && std::find(resolutions.begin(), resolutions.end(), folder) != resolutions.end();
  }

 private:
  ClassSplit scan_list(const std::string& class_name, std::vector<FileProblem>& problems) const {
    const std::string list = joined(lists_, class_name + ".json");
    ClassSplit nothing;
    nothing.name = class_name;
    if (const std::string reason = FileFinder(root_).why_not(list); !reason.empty()) {
      problems.push_back(
          {list, fmt::format("{}: name the folder {} to read the class without a list", reason, folder_)});
      return nothing;
    }
    const std::string file = root_.full(list).string();
    try {
      const auto images = parse_real_iad_list(read_file(file, max_list_bytes), class_name, folder_, list);
      return read_listed(root_, class_name, images, list, TestOrder::by_id, problems);
    } catch (const InputError& error) {
      std::string text = error.what();
      for (const std::string& name : {file, list})
        if (text.starts_with(name + ": ")) text.erase(0, name.size() + 2);
      problems.push_back({list, std::move(text)});
      return nothing;
    }
  }

  ClassSplit scan_folders(const std::string& class_name, std::vector<FileProblem>& problems) const {
    ClassSplit split;
    split.name = class_name;
    const std::string folder = joined(folder_, class_name);
    add_samples(joined(folder, "OK"), "", split.train, problems);
    for (const std::string& defect : list_reporting(root_, joined(folder, "NG"), problems).folders)
      add_samples(joined(joined(folder, "NG"), defect), defect, split.test, problems);
    sort_samples(split);
    return split;
  }

  /// `defect`: "" for normal samples.
  void add_samples(const std::string& folder, const std::string& defect, std::vector<Sample>& samples,
                   std::vector<FileProblem>& problems) const {
    for (const std::string& name : list_reporting(root_, folder, problems).folders) {
      const std::string inner = joined(folder, name);
      std::vector<std::string> images, masks;
      for (std::string& file : image_names(list_reporting(root_, inner, problems).files))
        (is_png(file) ? masks : images).push_back(std::move(file));
      const MaskFolder found(inner, std::move(masks));
      for (const std::string& file : images) {
        Sample sample = make_sample(root_, joined(inner, file));
        sample.view = real_iad_view(file);
        const auto mask = defect.empty() ? std::nullopt : found.find(stem_of(file));
        if (mask) {
          sample.anomalous = true;
          sample.defect = defect;
          sample.mask = root_.full(*mask).string();
        }
        samples.push_back(std::move(sample));
      }
    }
  }

  std::string layout_;
  RootFolder root_;
  std::string folder_;  ///< of the resolution, "" when the root is one
  std::string lists_;   ///< folder of the lists, "" when folders decide
  std::vector<std::string> classes_;
};

/// Two views of every part. One defect is not seen in its second view and has no mask there.
void make_mini_real_iad(MiniTree& tree) {
  for (const std::string& name : tree.start_classes("real_iad")) {
    json list = {
        {"meta", {{"normal_class", "OK"}, {"prefix", name + "/"}}}, {"train", json::array()}, {"test", json::array()}};
    const auto add = [&](const char* part, const std::string& kind, int number, int view, bool with_mask) {
      const bool normal = kind == "OK";
      const std::string folder = fmt::format("{}/S{:04}/", normal ? kind : "NG/" + kind, number);
      const std::string stem =
          fmt::format("{}{}_{:04}_{}{}_C{}_20231023", folder, name, number, normal ? "" : "NG_", kind, view);
      const std::string image = stem + (number == 2 ? ".JPG" : ".jpg"), mask = stem + ".png";
      for (const char* resolution : {"realiad_512/", "realiad_256/"})
        if (with_mask)
          tree.anomalous(resolution + (name + "/") + image, resolution + (name + "/") + mask);
        else
          tree.normal(resolution + (name + "/") + image);
      list[part].push_back({{"category", name},
                            {"anomaly_class", kind},
                            {"image_path", image},
                            {"mask_path", with_mask ? json(mask) : json(nullptr)}});
    };
    for (int view = 1; view <= 2; ++view) {
      for (int i = 1; i <= tree.train(); ++i) add("train", "OK", i, view, false);
      for (int i = 1; i <= tree.normal_test(); ++i) add("test", "OK", tree.train() + i, view, false);
      for (int i = 1; i <= tree.anomalous_test(); ++i) add("test", "AK", i, view, !(i == 1 && view == 2));
    }
    tree.text("realiad_jsons/realiad_jsons/" + name + ".json", list.dump(1) + "\n");
    tree.hidden_files("realiad_512/" + name + "/OK/S0001");
  }
}

const bool registered = [] {
  const auto add = [](const std::string& name, std::string_view resolution, int priority) {
    LayoutRegistry::instance().add(
        {.name = name,
         .doc = fmt::format("{}/CLASS/OK/SAMPLE, CLASS/NG/DEFECT/SAMPLE, with or without realiad_jsons/",
                            resolution.empty() ? "realiad_512 (or the one there is)" : resolution),
         .matches = [resolution](const RootFolder& root) { return image_folder(root, resolution).has_value(); },
         .open = [name, resolution](const fs::path& root) -> std::unique_ptr<Dataset> {
           return std::make_unique<RealIad>(root, name, resolution);
         },
         .priority = priority,
         .make_mini = resolution.empty() ? make_mini_real_iad : std::function<void(MiniTree&)>()});
  };
  add("real_iad", "", 40);
  add("real_iad_256", "realiad_256", 39);
  add("real_iad_1024", "realiad_1024", 39);
  return true;
}();

}  // namespace
}  // namespace adrep
