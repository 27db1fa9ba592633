#pragma once
#include <map>
#include <string>
#include <vector>

#include "benchmarks/plan/reference_settings.h"
#include "core/backbones/levels.h"
#include "datasets/dataset.h"

namespace adrep {

/// Which training images the images of a class are compared with: places in its list of training images, best first.
struct ReferenceChoice {
  using Places = std::vector<size_t>;
  Places common;                         ///< of every image that has none of its own
  std::map<size_t, Places> train, test;  ///< those of single training and test images

  const Places& of_train(size_t image) const;
  const Places& of_test(size_t image) const;
  /// All places, in the order in which they are first used.
  Places used() const;
};

/// What references are chosen from.
struct ReferenceCandidates {
  const std::string& class_name;
  const std::vector<Sample>& train;
  const std::vector<Sample>& test;
  const Levels& train_levels;                    ///< raw features of the training images
  at::Tensor train_stage = {}, test_stage = {};  ///< [N, C, H, W], for select=aligned: a CNN's first stage
};

/// Chooses as the settings say (docs/references.md). Fewer than references.shots are taken where there are not more,
/// with a warning. Throws InputError when there is no normal training image, exclude_self leaves an image without any
/// reference, or the list names an image that cannot be a reference or lacks one of a test image.
ReferenceChoice choose_references(const ReferenceSettings& settings, const ReferenceCandidates& candidates);

/// Blocks a side and k-means centres a block of select=aligned (paper Appendix C; protocol §4).
inline constexpr int64_t aligned_grid = 5, aligned_centers = 5;

}  // namespace adrep
