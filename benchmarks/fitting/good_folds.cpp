#include "benchmarks/fitting/good_folds.h"

#include <algorithm>
#include <numeric>

#include "core/base/error.h"
#include "core/base/random.h"
#include "datasets/splits/groups.h"

namespace adrep {
namespace {

/// Images that are held out together, in random order.
std::vector<std::vector<size_t>> shuffled_parts(const std::vector<Sample>& images, uint64_t seed,
                                                const std::string& class_name, bool whole_groups) {
  std::vector<std::vector<size_t>> parts;
  if (whole_groups)
    parts = grouped(images);
  else
    for (size_t i = 0; i < images.size(); ++i) parts.push_back({i});
  Random random(derive_seed(derive_seed(seed, "calibration"), class_name));
  std::vector<std::vector<size_t>> shuffled;
  for (const int64_t place : random.sample(std::ssize(parts), std::ssize(parts)))
    shuffled.push_back(std::move(parts[static_cast<size_t>(place)]));
  return shuffled;
}

}  // namespace

HeldOutImages held_out_part(const std::vector<Sample>& images, double fraction, uint64_t seed,
                            const std::string& class_name, bool whole_groups) {
  const double share = fraction * static_cast<double>(images.size());
  const auto wanted = std::max<size_t>(1, static_cast<size_t>(share + 0.5));
  HeldOutImages held_out;
  for (const std::vector<size_t>& part : shuffled_parts(images, seed, class_name, whole_groups)) {
    if (held_out.size() >= wanted) break;
    if (held_out.size() + part.size() < images.size()) held_out.insert(held_out.end(), part.begin(), part.end());
  }
  if (held_out.empty())
    throw_input("class {}: {} good {}: nothing can be held out to find a threshold: give more", class_name,
                images.size(), images.size() == 1 ? "image" : "images of one group");
  std::sort(held_out.begin(), held_out.end());
  return held_out;
}

std::vector<HeldOutImages> held_out_folds(const std::vector<Sample>& images, int64_t folds, uint64_t seed,
                                          const std::string& class_name, bool whole_groups) {
  std::vector<std::vector<size_t>> parts = shuffled_parts(images, seed, class_name, whole_groups);
  if (std::ssize(parts) < folds)
    throw_input("class {}: threshold.folds={}: there are only {} {} of good images: lower it", class_name, folds,
                parts.size(), whole_groups ? "groups" : "files");
  std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  std::vector<HeldOutImages> sets(static_cast<size_t>(folds));
  for (const std::vector<size_t>& part : parts) {
    HeldOutImages& smallest =
        *std::min_element(sets.begin(), sets.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
    smallest.insert(smallest.end(), part.begin(), part.end());
  }
  for (HeldOutImages& set : sets) std::sort(set.begin(), set.end());
  return sets;
}

ClassSplit split_with(const ClassSplit& all, const HeldOutImages& held_out) {
  ClassSplit split = all;
  split.train.clear();
  split.test.clear();
  for (size_t i = 0; i < all.train.size(); ++i)
    (std::binary_search(held_out.begin(), held_out.end(), i) ? split.test : split.train).push_back(all.train[i]);
  return split;
}

}  // namespace adrep
