#include "datasets/layouts/listed_images.h"

#include <algorithm>
#include <unordered_set>

#include "core/base/error.h"
#include "core/base/plural.h"
#include "datasets/samples.h"

namespace adrep {
namespace {

/// Why a path of a list is not even looked for, or "".
std::string why_not_looked_for(std::string_view file) {
  constexpr size_t longest = 4096;
  if (file.empty()) return "an empty path";
  if (file.size() > longest) return "a path of more than 4096 bytes";
  if (file[0] == '/') return "an absolute path: give it relative to the data set's folder";
  while (true) {
    const size_t slash = file.find('/');
    const std::string_view part = file.substr(0, slash);
    if (part == "..") return "a path that leaves the data set's folder: not followed";
    if (part.empty() || part == ".") return "a path with an empty or '.' part: write it without";
    if (slash == file.npos) return "";
    file.remove_prefix(slash + 1);
  }
}

bool contains(const std::vector<std::string>& sorted, const std::string& name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}

class ListedClass {
 public:
  ListedClass(const RootFolder& root, const std::string& list, std::vector<FileProblem>& problems)
      : root_(root), finder_(root), list_(list), problems_(problems) {}

  void add(const ListedImage& listed, ClassSplit& split) {
    if (!seen_.insert(listed.image).second) return report(listed, listed.image, "listed twice");
    if (listed.training && listed.anomalous)
      return report(listed, listed.image,
                    "an anomalous training image: detectors learn from normal images (split.noise_ratio= mixes "
                    "anomalies in)");
    if (!is_there(listed, listed.image)) return;
    Sample sample = make_sample(root_, listed.image);
    sample.anomalous = listed.anomalous;
    sample.view = listed.view;
    sample.group = listed.group;
    if (listed.anomalous) sample.defect = listed.defect;
    if (listed.anomalous && !listed.mask.empty() && is_there(listed, listed.mask))
      sample.mask = root_.full(listed.mask).string();
    (listed.training ? split.train : split.test).push_back(std::move(sample));
  }

 private:
  bool is_there(const ListedImage& listed, const std::string& file) {
    const std::string reason = finder_.why_not(file);
    if (reason.empty()) return true;
    if (why_not_looked_for(file).empty())
      problems_.push_back({escaped(file), fmt::format("{} ({}:{} names it)", reason, list_, listed.line)});
    else
      report(listed, file, reason);
    return false;
  }

  void report(const ListedImage& listed, const std::string& file, std::string_view what) {
    constexpr size_t shown = 200;
    problems_.push_back({list_, fmt::format("line {}: '{}': {}", listed.line, escaped(file.substr(0, shown)), what)});
  }

  const RootFolder& root_;
  FileFinder finder_;
  const std::string& list_;
  std::vector<FileProblem>& problems_;
  std::unordered_set<std::string> seen_;
};

/// Masks of images that the list calls normal are not read: perhaps the label is wrong.
std::string ignored_masks(const std::string& class_name, const std::vector<ListedImage>& images,
                          const std::string& list) {
  int64_t count = 0, first = 0;
  for (const ListedImage& image : images) {
    if (image.class_name != class_name || image.anomalous || image.mask.empty()) continue;
    if (count++ == 0) first = image.line;
  }
  if (count == 0) return "";
  return fmt::format("{}: {} {} a mask, which is not read (the first in line {})", list, counted(count, "normal image"),
                     count == 1 ? "has" : "have", first);
}

}  // namespace

void require_plain_name(const std::string& name, const char* kind, const std::string& where) {
  constexpr size_t longest = 200;
  const bool plain = !name.empty() && name.size() <= longest && name[0] != '.' && name.find('/') == name.npos;
  if (!plain || escaped(name) != name)
    throw_input("{}: '{}' is no name of a {}: use plain text without '/'", where, escaped(name.substr(0, 80)), kind);
}

std::string FileFinder::why_not(const std::string& file) {
  if (std::string reason = why_not_looked_for(file); !reason.empty()) return reason;
  const size_t slash = file.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : file.substr(0, slash);
  auto place = listings_.find(folder);
  if (place == listings_.end()) place = listings_.emplace(folder, root_.list(folder)).first;
  const Listing& listing = place->second;
  if (contains(listing.files, file.substr(slash + 1))) return "";
  const std::string wanted = escaped(file);
  for (const Refused& refused : listing.refused)
    if (refused.file == wanted || refused.file == folder) return refused.text;
  return contains(listing.folders, file.substr(slash + 1)) ? "a folder, not a file" : "no such file";
}

ClassSplit read_listed(const RootFolder& root, const std::string& class_name, const std::vector<ListedImage>& images,
                       const std::string& list, TestOrder order, std::vector<FileProblem>& problems) {
  ClassSplit split;
  split.name = class_name;
  ListedClass reader(root, list, problems);
  for (const ListedImage& image : images)
    if (image.class_name == class_name) reader.add(image, split);
  if (std::string note = ignored_masks(class_name, images, list); !note.empty())
    split.data_notes.push_back(std::move(note));
  sort_samples(split);
  if (order == TestOrder::normal_first)
    std::stable_partition(split.test.begin(), split.test.end(), [](const Sample& sample) { return !sample.anomalous; });
  return split;
}

}  // namespace adrep
