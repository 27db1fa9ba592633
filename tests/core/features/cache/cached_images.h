#pragma once
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/hash.h"
#include "core/features/cache/feature_cache.h"

namespace adrep::test {

/// The hash of an imaginary image.
inline std::string image_hash(int64_t image) {
  return sha256_of("image " + std::to_string(image));
}

inline std::vector<std::string> image_hashes(int64_t first, int64_t count) {
  std::vector<std::string> hashes;
  for (int64_t i = first; i < first + count; ++i) hashes.push_back(image_hash(i));
  return hashes;
}

/// Two levels, [count, 3, 4, 5] and [count, 2, 1, 1], in which every number says where it belongs.
inline Levels numbered_levels(int64_t first, int64_t count) {
  const at::Tensor image = at::arange(first, first + count, at::kFloat).view({-1, 1, 1, 1}) * 1000;
  return {{image + at::arange(60, at::kFloat).view({1, 3, 4, 5}), image + at::tensor({0.25F, 0.5F}).view({1, 2, 1, 1})},
          20};
}

/// What a cache gives for an image: nothing, or levels that are those of numbered_levels or not.
enum class Found { nothing, right, wrong };

inline Found look_up(FeatureSpace& space, int64_t image) {
  const auto maps = space.find(image_hash(image));
  if (!maps) return Found::nothing;
  const Levels expected = numbered_levels(image, 1);
  const bool right = maps->size() == 2 && (*maps)[0].equal(expected[0][0]) && (*maps)[1].equal(expected[1][0]);
  return right ? Found::right : Found::wrong;
}

inline bool has_right_levels(FeatureSpace& space, int64_t image) {
  return look_up(space, image) == Found::right;
}

inline CacheOptions cache_in(const std::filesystem::path& folder, CacheMode mode = CacheMode::readwrite,
                             uint64_t limit = uint64_t{1} << 30) {
  return {.mode = mode, .folder = folder, .limit_bytes = limit};
}

/// The files of a cache with this extension, in byte-wise order.
inline std::vector<std::filesystem::path> files_of(const std::filesystem::path& folder, const std::string& extension) {
  std::vector<std::filesystem::path> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, none))
    if (entry.path().extension() == extension) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace adrep::test
