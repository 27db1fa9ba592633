#include "datasets/checks/leftovers.h"

#include <algorithm>
#include <unordered_set>

#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/image/decode.h"
#include "datasets/layouts/folder.h"
#include "datasets/layouts/folder_forms.h"
#include "datasets/listing.h"
#include "datasets/unread_files.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

/// What the classes use, relative to the root.
struct Used {
  std::unordered_set<std::string> files, image_folders, mask_folders;

  Used(const fs::path& root, const std::vector<ClassSplit>& classes) {
    const auto add = [&](const Sample& sample) {
      files.insert(sample.id);
      if (sample.foreground) files.insert(fs::path(*sample.foreground).lexically_relative(root).generic_string());
      image_folders.insert(folder_of(sample.id));
      if (!sample.mask) return;
      const std::string mask = fs::path(*sample.mask).lexically_relative(root).generic_string();
      files.insert(mask);
      mask_folders.insert(folder_of(mask));
    };
    for (const ClassSplit& split : classes) {
      std::for_each(split.train.begin(), split.train.end(), add);
      std::for_each(split.test.begin(), split.test.end(), add);
    }
  }

  static std::string folder_of(const std::string& file) {
    const size_t slash = file.rfind('/');
    return slash == std::string::npos ? "" : file.substr(0, slash);
  }

  /// A folder of masks: one in use, or one below a folder called like one.
  bool holds_masks(const std::string& folder) const {
    if (image_folders.contains(folder)) return false;
    const fs::path path(folder);
    return mask_folders.contains(folder) || std::any_of(path.begin(), path.end(), [](const fs::path& part) {
             return is_mask_folder_name(part.native());
           });
  }
};

class Walk {
 public:
  Walk(const Dataset& dataset, const std::vector<ClassSplit>& classes, std::vector<Problem>& problems)
      : dataset_(dataset), root_(dataset.root()), used_(dataset.root(), classes), problems_(problems) {}

  void visit(const std::string& folder, int depth) {
    stop_if_interrupted();
    const Listing listing = root_.list(folder);
    for (const Refused& refused : listing.refused)
      problems_.push_back({refused.file, ProblemKind::refused, refused.text});
    check_files(folder, listing.files);
    for (const std::string& name : listing.folders) {
      const std::string inner = joined(folder, name);
      std::error_code failed;
      if (fs::is_symlink(root_.full(inner), failed) || dataset_.leaves_unused(inner)) continue;
      if (depth < RootFolder::max_depth)
        visit(inner, depth + 1);
      else
        problems_.push_back({inner, ProblemKind::refused,
                             fmt::format("more than {} folders deep: not looked into", RootFolder::max_depth)});
    }
  }

 private:
  void check_files(const std::string& folder, const std::vector<std::string>& names) {
    const bool among_masks = used_.holds_masks(folder), among_images = used_.image_folders.contains(folder);
    std::vector<std::string> unused;
    std::string unread;
    if (among_images || (!among_masks && std::any_of(names.begin(), names.end(), is_unread_photograph)))
      unread = unread_text(folder.empty() ? "this folder" : folder, names);
    if (!unread.empty()) problems_.push_back({folder.empty() ? "." : folder, ProblemKind::unexpected, unread});
    for (const std::string& name : names) {
      const std::string file = joined(folder, name);
      if (used_.files.contains(file)) continue;
      if (among_masks && is_image_name(name) && is_normal_folder_name(fs::path(folder).filename().native()))
        problems_.push_back({file, ProblemKind::unexpected, "a mask of a normal image: not used"});
      else if (among_masks && is_image_name(name))
        problems_.push_back({file, ProblemKind::mask_without_image, "a mask that belongs to no anomalous image"});
      else if (among_images && !is_image_name(name) && unread.empty())
        problems_.push_back({file, ProblemKind::unexpected, "not an image that can be read"});
      else if (is_image_name(name))
        unused.push_back(file);
    }
    const std::string text = fmt::format("not used by the layout '{}'", dataset_.layout());
    if (!among_images && unused.size() > 1) {
      problems_.push_back(
          {folder.empty() ? "." : folder, ProblemKind::unexpected, fmt::format("{} images {}", unused.size(), text)});
      return;
    }
    for (std::string& file : unused)
      problems_.push_back({std::move(file), ProblemKind::unexpected, "an image " + text});
  }

  const Dataset& dataset_;
  RootFolder root_;
  Used used_;
  std::vector<Problem>& problems_;
};

}  // namespace

void find_leftovers(const Dataset& dataset, const std::vector<ClassSplit>& classes, std::vector<Problem>& problems) {
  Walk(dataset, classes, problems).visit("", 0);
}

}  // namespace adrep
