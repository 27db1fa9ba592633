#include "core/maps/map_sources.h"

#include "core/base/error.h"
#include "core/maps/map_file.h"
#include "core/maps/map_files.h"

namespace adrep {
namespace {

class StackSource final : public MapSource {
 public:
  StackSource(ArrayStack maps, ArrayStack masks) : maps_(std::move(maps)), masks_(std::move(masks)) {
    if (maps_.images() != masks_.images())
      throw_input("{} holds {} maps and {} {} masks: there must be one mask for each map", maps_.where(),
                  maps_.images(), masks_.where(), masks_.images());
    for (int64_t i = 0; i < maps_.images(); ++i) names_.push_back(std::to_string(i));
  }

  int64_t size() const override { return maps_.images(); }
  const std::string& name(int64_t image) const override { return names_[static_cast<size_t>(image)]; }
  std::pair<MapSize, std::optional<MapSize>> stored_sizes(int64_t) const override {
    return {{maps_.height(), maps_.width()}, MapSize{masks_.height(), masks_.width()}};
  }
  Stored read(int64_t image, const MaskRule& masks) const override {
    Stored stored;
    std::tie(stored.map_size, stored.mask_size) = stored_sizes(image);
    stored.scores = maps_.scores(image);
    stored.mask = masks_.mask(image, masks, stored.mask_facts);
    return stored;
  }

 private:
  ArrayStack maps_, masks_;
  std::vector<std::string> names_;
};

class FileSource final : public MapSource {
 public:
  explicit FileSource(std::vector<MapEntry> entries) : entries_(std::move(entries)) {}

  int64_t size() const override { return std::ssize(entries_); }
  const std::string& name(int64_t image) const override { return entry(image).name; }
  std::pair<MapSize, std::optional<MapSize>> stored_sizes(int64_t image) const override {
    const MapSize map = map_file_size(entry(image).map);
    if (entry(image).mask.empty()) return {map, std::nullopt};
    return {map, mask_file_size(entry(image).mask)};
  }
  Stored read(int64_t image, const MaskRule& masks) const override {
    const MapEntry& files = entry(image);
    Stored stored;
    stored.anomalous = files.anomalous;
    stored.image_score = files.image_score;
    stored.scores = read_map_file(files.map, stored.map_size);
    stored.shows_defect = files.shows_defect;
    if (files.mask.empty()) return stored;
    stored.mask_size.emplace();
    stored.mask = read_mask_file(files.mask, masks, *stored.mask_size, stored.mask_facts);
    return stored;
  }

 private:
  const MapEntry& entry(int64_t image) const { return entries_[static_cast<size_t>(image)]; }

  std::vector<MapEntry> entries_;
};

}  // namespace

std::shared_ptr<const MapSource> stack_source(ArrayStack maps, ArrayStack masks) {
  return std::make_shared<StackSource>(std::move(maps), std::move(masks));
}

std::shared_ptr<const MapSource> file_source(std::vector<MapEntry> entries) {
  return std::make_shared<FileSource>(std::move(entries));
}

}  // namespace adrep
