#include "datasets/checks/mask_checks.h"

#include "core/base/error.h"
#include "datasets/samples.h"

namespace adrep {

void check_mask(const Image& mask, const std::string& file, bool any_value, CheckedImage& image) {
  const MaskRule rule;
  MaskFacts facts = facts_of_mask(mask, rule);
  facts.one_is_black = one_is_black(*image.sample->mask);
  image.mask = facts;
  if (facts.anomalous == 0) image.problems.push_back({file, ProblemKind::empty_mask, empty_mask_in_words()});
  if (any_value || !facts.values.several()) return;
  image.problems.push_back(
      {file, ProblemKind::mask_values,
       fmt::format("{} ({})", facts.values.in_words(facts.pixels), mask_cut_in_words(rule, facts.values.largest()))});
}

void check_masks_together(const std::vector<ClassSplit>& classes, const std::vector<CheckedImage>& images,
                          std::vector<Problem>& problems) {
  for (const ClassSplit& split : classes) {
    int64_t masks = 0, large = 0, black = 0;
    for (const CheckedImage& image : images) {
      if (image.split != &split || !image.mask) continue;
      black += image.mask->one_is_black;
      if (image.mask->anomalous == 0) continue;
      ++masks;
      large += image.mask->is_large();
    }
    if (std::string text = large_masks_in_words(large, masks); !text.empty())
      problems.push_back({split.name, ProblemKind::large_masks, std::move(text)});
    if (std::string text = one_is_black_in_words(black); !text.empty())
      problems.push_back({split.name, ProblemKind::one_is_black, std::move(text)});
    if (std::string text = foregrounds_in_words(split); !text.empty())
      problems.push_back({split.name, ProblemKind::foregrounds, std::move(text)});
  }
}

}  // namespace adrep
