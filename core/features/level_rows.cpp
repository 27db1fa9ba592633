#include "core/features/level_rows.h"

#include "core/base/error.h"

namespace adrep {
namespace {

/// Pages of a spill folder are given back whenever so much was written.
constexpr int64_t release_bytes = int64_t{64} << 20;

}  // namespace

bool LevelRows::fits(const std::vector<at::Tensor>& maps) const {
  if (maps_.empty()) return true;
  if (maps.size() != maps_.size()) return false;
  for (size_t l = 0; l < maps.size(); ++l)
    if (maps[l].sizes() != maps_[l].sizes().slice(1) || maps[l].scalar_type() != maps_[l].scalar_type()) return false;
  return true;
}

void LevelRows::put(size_t image, const std::vector<at::Tensor>& maps) {
  if (maps_.empty()) make_room(maps);
  ADREP_ASSERT(fits(maps), "levels of image {} have other shapes than those before", image);
  put_row(static_cast<int64_t>(image), maps);
  unreleased_ += row_bytes();
  if (unreleased_ < release_bytes) return;
  for (const at::Tensor& map : maps_) release_spilled(map);
  unreleased_ = 0;
}

void LevelRows::make_room(const std::vector<at::Tensor>& maps) {
  int64_t image_bytes = 0;
  for (const at::Tensor& map : maps) image_bytes += static_cast<int64_t>(map.nbytes());
  const bool spilled = device_.is_cpu() && room_.is_short(image_bytes);
  for (const at::Tensor& map : maps) {
    std::vector<int64_t> sizes{images_};
    sizes.insert(sizes.end(), map.sizes().begin(), map.sizes().end());
    maps_.push_back(spilled ? room_.spill->room(sizes, map.scalar_type())
                            : at::empty(sizes, map.options().device(device_)));
  }
}

void LevelRows::put_row(int64_t row, const std::vector<at::Tensor>& maps) {
  for (size_t l = 0; l < maps.size(); ++l) {
    const at::Tensor place = maps_[l].select(0, row);
    if (is_spilled(place))
      put_spilled(place, maps[l]);
    else
      place.copy_(maps[l]);
  }
}

int64_t LevelRows::row_bytes() const {
  int64_t bytes = 0;
  for (const at::Tensor& map : maps_) bytes += static_cast<int64_t>(map.nbytes()) / images_;
  return bytes;
}

Levels LevelRows::selected(const std::vector<size_t>& images) const {
  const auto count = static_cast<int64_t>(images.size());
  std::vector<int64_t> indices(images.begin(), images.end());
  bool follow = count > 0;
  for (int64_t i = 1; i < count; ++i) follow &= indices[static_cast<size_t>(i)] == indices.front() + i;
  Levels levels{{}, image_size_};
  for (const at::Tensor& map : maps_)
    levels.maps.push_back(follow ? map.narrow(0, indices.front(), count)
                                 : map.index_select(0, at::tensor(indices, at::kLong).to(map.device())));
  return levels;
}

Levels LevelRows::move_out(const std::vector<size_t>& images) {
  for (size_t row = 1; row < images.size(); ++row)
    ADREP_ASSERT(images[row - 1] < images[row], "image {} is taken after image {}", images[row], images[row - 1]);
  const bool gaps = !images.empty() && images.back() + 1 != images.size();
  if (gaps && !maps_.empty() && is_spilled(maps_.front())) return moved_to_new_rows(images);
  Levels levels{{}, image_size_};
  for (at::Tensor& map : maps_) {
    for (size_t row = 0; row < images.size(); ++row)
      if (images[row] != row)
        map.select(0, static_cast<int64_t>(row)).copy_(map.select(0, static_cast<int64_t>(images[row])));
    levels.maps.push_back(map.narrow(0, 0, static_cast<int64_t>(images.size())));
  }
  maps_.clear();
  release_levels(levels);
  return levels;
}

Levels LevelRows::moved_to_new_rows(const std::vector<size_t>& images) {
  LevelRows moved(images.size(), image_size_, device_, room_);
  std::vector<size_t> rows;
  for (const size_t image : images) {
    std::vector<at::Tensor> maps;
    for (const at::Tensor& map : maps_) maps.push_back(map.select(0, static_cast<int64_t>(image)));
    moved.put(rows.size(), maps);
    rows.push_back(rows.size());
  }
  maps_.clear();
  return moved.move_out(rows);
}

int64_t bytes_in_memory(const Levels& levels) {
  int64_t bytes = 0;
  for (const at::Tensor& map : levels.maps)
    if (!is_spilled(map)) bytes += static_cast<int64_t>(map.nbytes());
  return bytes;
}

void release_levels(const Levels& levels) {
  for (const at::Tensor& map : levels.maps) release_spilled(map);
}

}  // namespace adrep
