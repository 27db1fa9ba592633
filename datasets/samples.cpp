#include "datasets/samples.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/names.h"
#include "core/base/plural.h"
#include "core/image/decode.h"
#include "core/image/mask_names.h"

namespace adrep {
namespace {

constexpr size_t kShownUnused = 5;

bool is_png_name(std::string_view name) {
  return name.ends_with(".png") || name.ends_with(".PNG");
}

}  // namespace

MaskFolder::MaskFolder(std::string folder, std::vector<std::string> files) : folder_(std::move(folder)) {
  for (std::string& name : image_names(std::move(files))) {
    const size_t place = files_->size();
    for (size_t ending = 0; ending < mask_endings.size(); ++ending) {
      const std::string_view stem = without_mask_ending(stem_of(name), mask_endings[ending]);
      if (stem.empty()) continue;
      const auto [other, is_first] = by_image_.try_emplace({composed_name(stem), ending}, place);
      if (!is_first && !is_png_name((*files_)[other->second].name) && is_png_name(name)) other->second = place;
    }
    files_->push_back({std::move(name)});
  }
}

std::optional<std::string> MaskFolder::find(std::string_view image_stem) const {
  const std::string stem = composed_name(image_stem);
  for (size_t ending = 0; ending < mask_endings.size(); ++ending) {
    const auto found = by_image_.find({stem, ending});
    if (found == by_image_.end()) continue;
    File& file = (*files_)[found->second];
    file.used = true;
    return joined(folder_, file.name);
  }
  return std::nullopt;
}

std::vector<std::string> MaskFolder::unused() const {
  std::vector<std::string> names;
  for (const File& file : *files_)
    if (!file.used) names.push_back(joined(folder_, file.name));
  return names;
}

void note_unused_masks(const std::vector<MaskFolder>& places, ClassSplit& split) {
  std::vector<std::string> names;
  for (const MaskFolder& place : places)
    for (std::string& name : place.unused()) names.push_back(std::move(name));
  if (names.empty()) return;
  const int64_t count = std::ssize(names);
  split.data_notes.push_back(fmt::format("{} to no anomalous image: {}",
                                         counted(count, "mask") + (count == 1 ? " belongs" : " belong"),
                                         listed(names, kShownUnused)));
}

std::string_view image_stem_of_mask(std::string_view stem) {
  for (std::string_view ending : mask_endings) {
    if (ending.empty()) continue;
    if (const std::string_view image = without_mask_ending(stem, ending); !image.empty()) return image;
  }
  return "";
}

Listing list_reporting(const RootFolder& root, const std::string& folder, std::vector<FileProblem>& problems) {
  Listing listing = root.list(folder);
  problems.insert(problems.end(), listing.refused.begin(), listing.refused.end());
  return listing;
}

std::vector<std::string> image_names(std::vector<std::string> files) {
  std::erase_if(files, [](const std::string& name) { return !is_image_name(name); });
  return files;
}

Sample make_sample(const RootFolder& root, const std::string& id) {
  Sample sample;
  sample.id = id;
  sample.root = root.shared_path();
  return sample;
}

void add_foregrounds(const RootFolder& root, ClassSplit& split, std::vector<FileProblem>& problems) {
  const std::string folder = joined("fg_mask", split.name);
  std::vector<std::string> files = list_reporting(root, folder, problems).files;
  if (files.empty()) return;
  const MaskFolder masks(folder, std::move(files));
  for (Sample& sample : split.train) {
    const std::string_view name = std::string_view(sample.id).substr(sample.id.rfind('/') + 1);
    if (const auto mask = masks.find(stem_of(name))) sample.foreground = root.full(*mask).string();
  }
  if (std::string text = foregrounds_in_words(split); !text.empty()) split.data_notes.push_back(std::move(text));
}

std::string foregrounds_in_words(const ClassSplit& split) {
  const int64_t with = std::count_if(split.train.begin(), split.train.end(),
                                     [](const Sample& sample) { return sample.foreground.has_value(); });
  const int64_t all = std::ssize(split.train);
  if (with == 0 || with == all) return "";
  return fmt::format("{} of {} {} a foreground mask: glass draws anywhere into the others", with,
                     counted(all, "training image"), with == 1 ? "has" : "have");
}

void sort_samples(ClassSplit& split) {
  const auto by_id = [](const Sample& a, const Sample& b) { return a.id < b.id; };
  for (auto* part : {&split.train, &split.test})
    if (!std::is_sorted(part->begin(), part->end(), by_id)) std::sort(part->begin(), part->end(), by_id);
}

ClassSplit checked(ClassSplit split, const std::vector<FileProblem>& problems, const RootFolder& root,
                   const std::string& expected) {
  if (!problems.empty()) throw_input("{}: {}", root.full(problems[0].file).string(), problems[0].text);
  if (split.train.empty())
    throw_input("{}: class '{}' has no training images: put more normal images into {}", root.path().string(),
                split.name, expected);
  return split;
}

void require_class(const std::string& name, const std::vector<std::string>& known, const RootFolder& root) {
  if (std::find(known.begin(), known.end(), name) == known.end())
    throw_input("{}: no class '{}': {}", root.path().string(), name, suggestion(name, known));
}

}  // namespace adrep
