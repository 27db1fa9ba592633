#include "core/maps/mask_facts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <set>

#include "core/base/error.h"
#include "core/base/names.h"
#include "core/base/plural.h"
#include "core/image/decode.h"
#include "core/image/preprocess.h"
#include "core/metrics/regions.h"

namespace adrep {
namespace {

constexpr size_t kKeptValues = 1024, kShownValues = 8, kShownMasks = 5;
constexpr double kShareWorthSaying = 5;  // percent
constexpr int64_t kFewMasks = 2;         // one large mask alone says little

/// The number of the region that each pixel lies in, from 1, as the four bytes of a pixel; 0 for none.
Image numbered_regions(const Regions& regions, int width, int height) {
  Image numbers(width, height, 4);
  for (const PixelRun& run : regions.runs)
    for (int64_t p = run.begin; p < run.end; ++p) {
      const uint32_t number = run.region + 1;
      std::memcpy(&numbers.pixels[static_cast<size_t>(4 * p)], &number, 4);
    }
  return numbers;
}

uint32_t number_at(const Image& numbers, int row, int column) {
  uint32_t number = 0;
  std::memcpy(&number, numbers.at(row, column), 4);
  return number;
}

/// Regions with a pixel among those that the nearest resize takes.
std::set<uint32_t> kept_by_nearest(const Image& numbers, int width, int height) {
  const Image taken = resize_nearest(numbers, width, height);
  std::set<uint32_t> kept;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) kept.insert(number_at(taken, y, x));
  kept.erase(0);
  return kept;
}

/// Regions below a pixel that the resize by area makes anomalous.
std::set<uint32_t> kept_by_area(const Image& mask, const Image& numbers, int width, int height) {
  const Image resized = resize_mask(mask, width, height, MaskResize::area);
  const auto first = [](int64_t place, int64_t in, int64_t out) { return static_cast<int>(place * in / out); };
  const auto end = [](int64_t place, int64_t in, int64_t out) {
    return static_cast<int>(((place + 1) * in + out - 1) / out);
  };
  std::set<uint32_t> kept;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      if (*resized.at(y, x) == 0) continue;
      for (int row = first(y, mask.height, height); row < end(y, mask.height, height); ++row)
        for (int column = first(x, mask.width, width); column < end(x, mask.width, width); ++column)
          kept.insert(number_at(numbers, row, column));
    }
  kept.erase(0);
  return kept;
}

/// "1 mask marks", "3 masks mark"
std::string masks_that(int64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", counted(count, "mask"), count == 1 ? one : many);
}

}  // namespace

void MaskValues::add(double value, int64_t pixels) {
  if (value == 0 || pixels == 0) return;
  const auto known = counts_.find(value);
  if (known != counts_.end())
    known->second += pixels;
  else if (counts_.size() < kKeptValues)
    counts_.emplace(value, pixels);
  else
    left_out_ += pixels;
}

std::string MaskValues::in_words(int64_t pixels) const {
  std::vector<std::string> shown;
  int64_t odd = left_out_;
  for (const auto& [value, count] : counts_) {
    if (value == largest()) continue;
    odd += count;
    shown.push_back(fmt::format("{:g}", value));
  }
  return fmt::format("values other than 0 and {:g}: {} in {:.3g} % of the pixels", largest(),
                     listed(shown, kShownValues), 100.0 * static_cast<double>(odd) / static_cast<double>(pixels));
}

MaskFacts facts_of_mask(const Image& mask, const MaskRule& rule) {
  MaskFacts facts;
  std::array<int64_t, 256> counts{};
  for (uint8_t value : mask.pixels) ++counts[value];
  facts.pixels = std::ssize(mask.pixels);
  for (size_t value = 0; value < counts.size(); ++value) {
    facts.values.add(static_cast<double>(value), counts[value]);
    if (rule.marks(static_cast<double>(value))) facts.anomalous += counts[value];
  }
  return facts;
}

void count_lost_regions(const Image& mask, int width, int height, MaskResize resize, MaskFacts& facts) {
  const Regions regions = find_regions(mask.pixels, 1, mask.height, mask.width, Connectivity::eight, 1);
  facts.regions = regions.count();
  const bool same = width == mask.width && height == mask.height;
  if (facts.regions == 0 || same || resize == MaskResize::any) return;
  const Image numbers = numbered_regions(regions, mask.width, mask.height);
  const std::set<uint32_t> kept = resize == MaskResize::nearest ? kept_by_nearest(numbers, width, height)
                                                                : kept_by_area(mask, numbers, width, height);
  facts.lost_regions = facts.regions - std::ssize(kept);
}

bool one_is_black(const std::filesystem::path& mask) {
  if (!is_image_name(mask)) return false;
  const ImageHeader header = read_image_header(mask);
  return header.bits == 1 && header.white_is_zero;
}

std::string one_is_black_in_words(int64_t masks) {
  if (masks == 0) return "";
  return fmt::format("{}: 1 counts as anomalous here; Pillow and OpenCV read {} inverted",
                     masks_that(masks, "is a TIFF of one bit that calls the 1 black (tifffile's bool)",
                                "are TIFFs of one bit that call the 1 black (tifffile's bool)"),
                     masks == 1 ? "it" : "them");
}

std::string mask_size_in_words(int mask_width, int mask_height, int image_width, int image_height) {
  return fmt::format("the mask is {} × {} pixels, its image {} × {}", mask_width, mask_height, image_width,
                     image_height);
}

std::string empty_mask_in_words() {
  return "the mask of an anomalous image has no anomalous pixel";
}

std::string mask_cut_in_words(const MaskRule& rule, double largest) {
  if (rule.threshold != 0) return fmt::format("those above masks.threshold={:g} count as anomalous", rule.threshold);
  const double half = largest > 1 ? std::floor(largest / 2) : largest / 2;
  return fmt::format("all but 0 count as anomalous; masks.threshold={:g} cuts at half", half);
}

std::string large_masks_in_words(int64_t large, int64_t masks) {
  if (masks < kFewMasks || 2 * large <= masks) return "";
  return fmt::format("masks mark more than half of most images ({} of {}): is the defect what they mark?", large,
                     masks);
}

void MaskNotes::add(const std::string& name, const MaskFacts& facts, bool is_defect) {
  if (facts.anomalous > 0) {
    ++masks_;
    large_ += facts.is_large();
  } else if (is_defect) {
    empty_.push_back(name);
  }
  regions_ += facts.regions;
  lost_regions_ += facts.lost_regions;
  one_is_black_ += facts.one_is_black;
  anomalous_ += facts.anomalous;
  outside_ += facts.outside;
  outside_crop_ += facts.outside_crop();
  if (facts.lost_in_resize()) vanished_.push_back(name);
  if (numbered_ || !facts.values.several()) return;
  if (several_++ == 0) {
    first_several_ = name;
    first_values_ = facts.values.in_words(facts.pixels);
  }
  largest_ = std::max(largest_, facts.values.largest());
}

std::vector<std::string> MaskNotes::lines(const std::string& empty_means) const {
  std::vector<std::string> lines;
  if (several_ > 0)
    lines.push_back(fmt::format("{} values other than 0 and one more: {} ({}: {})",
                                masks_that(several_, "holds", "hold"), mask_cut_in_words(rule_, largest_),
                                first_several_, first_values_));
  if (std::string black = one_is_black_in_words(one_is_black_); !black.empty()) lines.push_back(std::move(black));
  if (!empty_.empty())
    lines.push_back(fmt::format("{}: {} ({})", empty_mask_in_words(), listed(empty_, kShownMasks), empty_means));
  if (std::string large = large_masks_in_words(large_, masks_); !large.empty()) lines.push_back(std::move(large));
  const double share = anomalous_ > 0 ? 100.0 * static_cast<double>(outside_) / static_cast<double>(anomalous_) : 0;
  if (outside_crop_ > 0 || share >= kShareWorthSaying)
    lines.push_back(fmt::format(
        "{} of {} {} outside the crop, with {:.0f} % of all marked pixels: image.fit=squash, pad or tiles shows them",
        outside_crop_, counted(masks_, "defect"), outside_crop_ == 1 ? "lies" : "lie", share));
  if (lost_regions_ > 0)
    lines.push_back(fmt::format("{} of {} of the masks lost in the resize: masks.resize=any keeps all", lost_regions_,
                                counted(regions_, "region")));
  if (!vanished_.empty())
    lines.push_back(fmt::format("{} anomalous pixels and none after resize and crop: {}",
                                masks_that(std::ssize(vanished_), "has", "have"), listed(vanished_, kShownMasks)));
  return lines;
}

}  // namespace adrep
