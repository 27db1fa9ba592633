#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "datasets/dataset.h"

namespace adrep {

/// Which good images are held out while a model learns from the others: places in a class's list, ascending.
using HeldOutImages = std::vector<size_t>;

/// One set: `fraction` of the images at random, at least one, seeded by (seed, class). With `whole_groups`
/// (split.group) groups stay together. Throws InputError when none would be left to learn from.
HeldOutImages held_out_part(const std::vector<Sample>& images, double fraction, uint64_t seed,
                            const std::string& class_name, bool whole_groups);

/// `folds` sets of about the same size, in which every image is held out once. Throws InputError when there are fewer
/// images or groups than folds.
std::vector<HeldOutImages> held_out_folds(const std::vector<Sample>& images, int64_t folds, uint64_t seed,
                                          const std::string& class_name, bool whole_groups);

/// A class that has the held-out images as test images, and learns from the others.
ClassSplit split_with(const ClassSplit& all, const HeldOutImages& held_out);

}  // namespace adrep
