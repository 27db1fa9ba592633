#include "datasets/samples.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/image/decode.h"
#include "datasets/long_lists.h"

namespace adrep {
namespace {

constexpr std::array<std::string_view, 4> mask_endings = {"_mask", "", "_gt", "_label"};

}  // namespace

MaskFolder::MaskFolder(std::string folder, std::vector<std::string> files)
    : folder_(std::move(folder)), files_(image_names(std::move(files))) {}

std::optional<std::string> MaskFolder::find(std::string_view image_stem) const {
  for (std::string_view ending : mask_endings) {
    const std::string stem = fmt::format("{}{}", image_stem, ending);
    const std::string* best = nullptr;
    for (auto file = std::lower_bound(files_.begin(), files_.end(), stem + "."); file != files_.end(); ++file) {
      if (!file->starts_with(stem + ".")) break;
      if (stem_of(*file) != stem) continue;  // S.old.png is not a mask of S
      if (!best || (!best->ends_with(".png") && file->ends_with(".png"))) best = &*file;
    }
    if (best) return joined(folder_, *best);
  }
  return std::nullopt;
}

std::string_view image_stem_of_mask(std::string_view stem) {
  for (std::string_view ending : mask_endings)
    if (!ending.empty() && stem.size() > ending.size() && stem.ends_with(ending))
      return stem.substr(0, stem.size() - ending.size());
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
    throw_input("{}: no class '{}': {}", root.path().string(), name, class_suggestion(name, known));
}

}  // namespace adrep
