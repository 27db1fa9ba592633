#include "datasets/splits/class_splits.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/base/random.h"
#include "datasets/samples.h"
#include "datasets/splits/groups.h"

namespace adrep {
namespace {

Random random_for(uint64_t seed, const ClassSplit& split, std::string_view purpose) {
  return Random(derive_seed(derive_seed(seed, purpose), split.name));
}

/// Whole groups at random until they hold `wanted` images: their images' places in `samples`, in order.
std::vector<size_t> random_groups(const std::vector<Sample>& samples, int64_t wanted, Random random) {
  const std::vector<std::vector<size_t>> groups = grouped(samples);
  std::vector<size_t> chosen;
  for (int64_t group : random.sample(std::ssize(groups), std::ssize(groups))) {
    if (std::ssize(chosen) >= wanted) break;
    const auto& members = groups[static_cast<size_t>(group)];
    chosen.insert(chosen.end(), members.begin(), members.end());
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

bool by_id(const Sample& a, const Sample& b) {
  return a.id < b.id;
}

}  // namespace

int64_t rounded_part(double part, int64_t count) {
  return static_cast<int64_t>(std::floor(part * static_cast<double>(count) + 0.5));
}

ClassSplit with_train_fraction(ClassSplit split, double fraction, uint64_t seed) {
  const auto count = static_cast<int64_t>(split.train.size());
  if (count == 0) return split;
  const int64_t wanted = std::clamp<int64_t>(rounded_part(fraction, count), 1, count);
  std::vector<Sample> train;
  for (size_t place : random_groups(split.train, wanted, random_for(seed, split, "train fraction")))
    train.push_back(std::move(split.train[place]));
  split.train = std::move(train);
  return split;
}

ClassSplit with_shots(ClassSplit split, int64_t shots) {
  if (static_cast<int64_t>(split.train.size()) < shots)
    split.notes.push_back(
        fmt::format("{} training images instead of {}: the class has no more", split.train.size(), shots));
  else
    split.train.resize(static_cast<size_t>(shots));
  return split;
}

ClassSplit with_noise(ClassSplit split, double ratio, bool overlap, uint64_t seed) {
  std::vector<Sample> anomalous, test;
  for (const Sample& sample : split.test)
    if (sample.anomalous) anomalous.push_back(sample);
  const int64_t wanted = rounded_part(ratio, std::ssize(split.train));
  if (std::ssize(anomalous) < wanted)
    split.notes.push_back(
        fmt::format("{} anomalous training images instead of {}: the class has no more", anomalous.size(), wanted));
  std::set<std::string_view> chosen;
  for (size_t place : random_groups(anomalous, wanted, random_for(seed, split, "noise"))) {
    chosen.insert(group_of(anomalous[place]));
    split.train.push_back(anomalous[place]);
  }
  for (Sample& sample : split.test)
    if (overlap || !chosen.contains(group_of(sample))) test.push_back(std::move(sample));
  split.test = std::move(test);
  std::stable_sort(split.train.begin(), split.train.end(), by_id);
  return split;
}

ClassSplit with_fold(ClassSplit split, int64_t folds, int64_t fold, uint64_t seed) {
  std::vector<Sample> normal = std::move(split.train), test;
  for (Sample& sample : split.test) (sample.anomalous ? test : normal).push_back(std::move(sample));
  std::stable_sort(normal.begin(), normal.end(), by_id);
  const std::vector<std::vector<size_t>> groups = grouped(normal);
  const int64_t count = std::ssize(groups);
  if (count < folds)
    throw_input("class '{}': split.folds={}: it has only {} normal images{}", split.name, folds, normal.size(),
                groups.size() < normal.size() ? fmt::format(" in {} groups", count) : "");
  std::vector<int64_t> filled(static_cast<size_t>(folds));
  split.train.clear();
  for (int64_t group : random_for(seed, split, "folds").sample(count, count)) {
    const auto least = std::min_element(filled.begin(), filled.end());
    for (size_t member : groups[static_cast<size_t>(group)]) {
      ++*least;
      (least - filled.begin() == fold ? test : split.train).push_back(std::move(normal[member]));
    }
  }
  split.test = std::move(test);
  leave_out_trained_groups(split);
  sort_samples(split);
  return split;
}

ClassSplit with_manifest(const ClassSplit& split, const std::vector<ListedImage>& manifest, const std::string& name) {
  std::map<std::string_view, const Sample*> known;
  for (const auto* part : {&split.train, &split.test})
    for (const Sample& sample : *part) known.emplace(sample.id, &sample);
  ClassSplit result;
  result.name = split.name;
  result.data_notes = split.data_notes;
  std::set<std::pair<bool, std::string_view>> seen;
  for (const ListedImage& listed : manifest) {
    if (listed.class_name != split.name) continue;
    const std::string where = fmt::format("{}:{}: '{}'", name, listed.line, escaped(listed.image.substr(0, 200)));
    const auto place = known.find(listed.image);
    if (place == known.end()) throw_input("{}: class '{}' has no such image", where, split.name);
    if (place->second->anomalous != listed.anomalous)
      throw_input("{}: labelled {}, but the data set says {}", where, listed.anomalous ? "anomalous" : "normal",
                  listed.anomalous ? "normal" : "anomalous");
    if (!seen.emplace(listed.training, place->first).second)
      throw_input("{}: named twice in {}", where, listed.training ? "train" : "test");
    std::vector<Sample>& part = listed.training ? result.train : result.test;
    part.push_back(*place->second);
    if (!listed.group.empty()) part.back().group = listed.group;
  }
  sort_samples(result);
  return result;
}

}  // namespace adrep
