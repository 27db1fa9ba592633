#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/image/mask_rule.h"

namespace adrep {

/// The values of a mask but 0, and how often each occurs. Of many different ones the first are kept.
class MaskValues {
 public:
  void add(double value, int64_t pixels = 1);

  /// True where there are values besides 0 and one more: soft edges, a JPEG, numbered defects.
  bool several() const { return counts_.size() > 1; }
  double largest() const { return counts_.empty() ? 0 : counts_.rbegin()->first; }
  /// "values other than 0 and 255: 2, 3 and 14 more in 25 % of the pixels"; `pixels`: of the whole mask.
  std::string in_words(int64_t pixels) const;

 private:
  std::map<double, int64_t> counts_;
  int64_t left_out_ = 0;  ///< pixels of values that were not kept
};

/// What a reader of numbers should know of one mask.
struct MaskFacts {
  int64_t pixels = 0, anomalous = 0;  ///< as stored, by the rule
  MaskValues values;
  int64_t regions = 0;       ///< as stored, 8-connected
  int64_t lost_regions = 0;  ///< of these, without a pixel after the resize
  bool vanished = false;     ///< it had anomalous pixels and none is left
  int64_t outside = 0;       ///< anomalous pixels as stored that lie outside a crop

  bool one_is_black = false;  ///< a TIFF of one bit that calls its anomalous 1 black: other programs read it inverted

  bool outside_crop() const { return vanished && outside == anomalous; }
  bool lost_in_resize() const { return vanished && outside < anomalous; }
  bool is_large() const { return 2 * anomalous > pixels; }
};

/// Of a decoded mask, but for what a resize does to it.
MaskFacts facts_of_mask(const Image& mask, const MaskRule& rule);

/// Counts the regions of a mask of 0 and 1, and those that its resize to width × height leaves without a pixel.
void count_lost_regions(const Image& mask, int width, int height, MaskResize resize, MaskFacts& facts);

/// Whether a mask's file is a TIFF of one bit that calls the 1 black. False for what is no image.
bool one_is_black(const std::filesystem::path& mask);

/// The same words wherever masks are read: by run, metrics and verify.
std::string mask_size_in_words(int mask_width, int mask_height, int image_width, int image_height);
std::string empty_mask_in_words();
/// What to do about several values: "all but 0 count as anomalous; masks.threshold=127 cuts at half".
std::string mask_cut_in_words(const MaskRule& rule, double largest);
/// "2 masks are TIFFs of one bit …", or "" where none is.
std::string one_is_black_in_words(int64_t masks);
/// "masks mark more than half of most images (3 of 4)", or "" where they do not.
std::string large_masks_in_words(int64_t large, int64_t masks);

/// Facts of all masks of a set, and what to say of them.
class MaskNotes {
 public:
  /// `numbered`: values number the defects, so that any is in order.
  explicit MaskNotes(const MaskRule& rule, bool numbered = false) : rule_(rule), numbered_(numbered) {}

  /// The mask that `name` has; `is_defect`: its image is known to show a defect.
  void add(const std::string& name, const MaskFacts& facts, bool is_defect);

  /// One line each. `empty_means`: what an image with an empty mask counts as.
  std::vector<std::string> lines(const std::string& empty_means) const;

 private:
  MaskRule rule_;
  bool numbered_;
  int64_t masks_ = 0, large_ = 0, regions_ = 0, lost_regions_ = 0, several_ = 0, outside_crop_ = 0, one_is_black_ = 0;
  int64_t anomalous_ = 0, outside_ = 0;  ///< pixels of all masks
  std::vector<std::string> empty_, vanished_;
  std::string first_several_, first_values_;  ///< the first mask with several values, and these
  double largest_ = 0;
};

}  // namespace adrep
