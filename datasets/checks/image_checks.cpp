#include "datasets/checks/image_checks.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "core/base/content_hashes.h"
#include "core/base/error.h"
#include "core/image/decode.h"
#include "datasets/checks/mask_checks.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

/// What `read` gives of the file, or a problem in its place.
template <class Read>
auto reading(const fs::path& path, const std::string& file, CheckedImage& image, Read read)
    -> std::optional<decltype(read(path))> {
  try {
    return read(path);
  } catch (const InputError& error) {
    std::string text = error.what();
    const std::string prefix = path.string() + ": ";
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
    image.problems.push_back({file, ProblemKind::unreadable, std::move(text)});
    return std::nullopt;
  }
}

/// The mask in `file` (relative to the root), none when it cannot be decoded; its size is checked.
std::optional<Image> sized_mask(const fs::path& path, const std::string& file, const Image* picture,
                                CheckedImage& image) {
  auto mask = reading(path, file, image, [](const fs::path& p) { return decode_mask(p); });
  if (mask && picture && (mask->width != picture->width || mask->height != picture->height))
    image.problems.push_back(
        {file, ProblemKind::mask_size, mask_size_in_words(mask->width, mask->height, picture->width, picture->height)});
  return mask;
}

void check_masks(const Dataset& dataset, const Image* picture, CheckedImage& image, const VerifyOptions& options) {
  const auto file_of = [&](const std::string& mask) {
    return fs::path(mask).lexically_relative(dataset.root()).generic_string();
  };
  const Sample& sample = *image.sample;
  if (sample.foreground) sized_mask(*sample.foreground, file_of(*sample.foreground), picture, image);
  if (!sample.mask) return;
  const std::string file = file_of(*sample.mask);
  const auto mask = sized_mask(*sample.mask, file, picture, image);
  if (!mask) return;
  check_mask(*mask, file, dataset.masks_number_defects(), image);
  const bool fits = picture && mask->width == picture->width && mask->height == picture->height;
  if (options.with_mask && fits && !image.training) options.with_mask(*image.split, sample, *mask);
}

/// How the later of two images with the same bytes is reported.
Problem duplicate_of(const CheckedImage& image, const CheckedImage& first) {
  const std::string& file = image.sample->id;
  const std::string& other = first.sample->id;
  if (image.training != first.training)
    return {file, ProblemKind::train_test_duplicate, fmt::format("the same bytes as the training image {}", other)};
  if (image.sample->anomalous != first.sample->anomalous)
    return {file, ProblemKind::label_conflict, fmt::format("the same bytes as {}, with the other label", other)};
  return {file, ProblemKind::duplicate, fmt::format("the same bytes as {}", other)};
}

}  // namespace

void check_image(const Dataset& dataset, CheckedImage& image, const VerifyOptions& options) {
  const Sample& sample = *image.sample;
  const auto picture = reading(sample.image(), sample.id, image, [](const fs::path& path) { return decode_rgb(path); });
  if (picture) {
    const auto hash_of = [](const fs::path& path) { return ContentHashes::instance().sha256_of(path); };
    image.content = reading(sample.image(), sample.id, image, hash_of).value_or("");
  }
  check_masks(dataset, picture ? &*picture : nullptr, image, options);
}

void find_duplicates(const std::vector<CheckedImage>& images, std::vector<Problem>& problems) {
  std::vector<const CheckedImage*> order;
  for (const CheckedImage& image : images)
    if (!image.content.empty()) order.push_back(&image);
  // training images first, then normal ones: the first of a group is what the others are compared with
  const auto rank = [](const CheckedImage* image) {
    return std::tuple<bool, bool, const std::string&>(!image->training, image->sample->anomalous, image->sample->id);
  };
  std::sort(order.begin(), order.end(), [&](const auto* a, const auto* b) { return rank(a) < rank(b); });
  std::unordered_map<std::string, const CheckedImage*> first_with;
  for (const CheckedImage* image : order) {
    const auto [first, is_new] = first_with.emplace(image->content, image);
    if (!is_new) problems.push_back(duplicate_of(*image, *first->second));
  }
}

}  // namespace adrep
