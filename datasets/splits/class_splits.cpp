#include "datasets/splits/class_splits.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/base/random.h"
#include "datasets/samples.h"

namespace adrep {
namespace {

Random random_for(uint64_t seed, const ClassSplit& split, std::string_view purpose) {
  return Random(derive_seed(derive_seed(seed, purpose), split.name));
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
  std::vector<int64_t> chosen = random_for(seed, split, "train fraction")
                                    .sample(count, std::clamp<int64_t>(rounded_part(fraction, count), 1, count));
  std::sort(chosen.begin(), chosen.end());
  std::vector<Sample> train;
  for (int64_t index : chosen) train.push_back(std::move(split.train[static_cast<size_t>(index)]));
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
  std::vector<size_t> anomalous;
  for (size_t i = 0; i < split.test.size(); ++i)
    if (split.test[i].anomalous) anomalous.push_back(i);
  const int64_t wanted = rounded_part(ratio, static_cast<int64_t>(split.train.size()));
  const int64_t taken = std::min(wanted, static_cast<int64_t>(anomalous.size()));
  if (taken < wanted)
    split.notes.push_back(
        fmt::format("{} anomalous training images instead of {}: the class has no more", taken, wanted));
  std::set<size_t> chosen;
  for (int64_t i : random_for(seed, split, "noise").sample(static_cast<int64_t>(anomalous.size()), taken))
    chosen.insert(anomalous[static_cast<size_t>(i)]);
  std::vector<Sample> test;
  for (size_t i = 0; i < split.test.size(); ++i) {
    if (chosen.contains(i)) split.train.push_back(split.test[i]);
    if (overlap || !chosen.contains(i)) test.push_back(std::move(split.test[i]));
  }
  split.test = std::move(test);
  std::stable_sort(split.train.begin(), split.train.end(), by_id);
  return split;
}

ClassSplit with_fold(ClassSplit split, int64_t folds, int64_t fold, uint64_t seed) {
  std::vector<Sample> normal = std::move(split.train), test;
  for (Sample& sample : split.test) (sample.anomalous ? test : normal).push_back(std::move(sample));
  std::stable_sort(normal.begin(), normal.end(), by_id);
  const auto count = static_cast<int64_t>(normal.size());
  if (count < folds) throw_input("class '{}': split.folds={}: it has only {} normal images", split.name, folds, count);
  const std::vector<int64_t> order = random_for(seed, split, "folds").sample(count, count);
  split.train.clear();
  for (int64_t place = 0; place < count; ++place) {
    Sample& sample = normal[static_cast<size_t>(order[static_cast<size_t>(place)])];
    (place % folds == fold ? test : split.train).push_back(std::move(sample));
  }
  split.test = std::move(test);
  sort_samples(split);
  return split;
}

ClassSplit with_manifest(const ClassSplit& split, const std::vector<ListedImage>& manifest, const std::string& name) {
  std::map<std::string_view, const Sample*> known;
  for (const auto* part : {&split.train, &split.test})
    for (const Sample& sample : *part) known.emplace(sample.id, &sample);
  ClassSplit result;
  result.name = split.name;
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
    (listed.training ? result.train : result.test).push_back(*place->second);
  }
  sort_samples(result);
  return result;
}

}  // namespace adrep
