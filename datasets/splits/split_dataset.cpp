#include "datasets/splits/split_dataset.h"

#include <algorithm>

#include "core/base/error.h"
#include "datasets/layouts/manifest_file.h"
#include "datasets/samples.h"
#include "datasets/splits/class_splits.h"
#include "datasets/splits/groups.h"
#include "datasets/wrapped_dataset.h"

namespace adrep {
namespace {

class SplitDataset final : public WrappedDataset {
 public:
  SplitDataset(std::shared_ptr<const Dataset> official, const SplitSettings& settings)
      : WrappedDataset(std::move(official)), settings_(settings) {
    if (settings_.split_manifest.empty()) return;
    const std::vector<std::string> known = wrapped().classes();
    manifest_ = read_manifest(settings_.split_manifest, known.size() == 1 ? known[0] : "", wrapped().root());
    for (const ListedImage& image : manifest_)
      if (std::find(known.begin(), known.end(), image.class_name) == known.end())
        throw_input("{}:{}: no class '{}' in {}", settings_.split_manifest, image.line, image.class_name,
                    wrapped().root().string());
  }

  ClassSplit load(const std::string& class_name) const override {
    const auto seed = static_cast<uint64_t>(settings_.split_seed);
    ClassSplit split = wrapped().load(class_name);
    if (!settings_.split_manifest.empty()) split = with_manifest(split, manifest_, settings_.split_manifest);
    set_groups(split, settings_.split_group);
    if (settings_.folds > 0)
      split = with_fold(std::move(split), settings_.folds, settings_.fold, seed);
    else if (!settings_.split_group.empty())
      split = with_whole_groups(std::move(split));
    if (settings_.train_fraction < 1) split = with_train_fraction(std::move(split), settings_.train_fraction, seed);
    if (settings_.split_shots > 0) split = with_shots(std::move(split), settings_.split_shots);
    if (settings_.noise_ratio > 0)
      split = with_noise(std::move(split), settings_.noise_ratio, settings_.noise_overlap == "yes", seed);
    if (split.train.empty())
      throw_input("class '{}': the split leaves no training images: name some in {}", class_name,
                  settings_.split_manifest);
    return split;
  }

 private:
  SplitSettings settings_;
  std::vector<ListedImage> manifest_;
};

}  // namespace

std::shared_ptr<const Dataset> with_split(std::shared_ptr<const Dataset> dataset, const SplitSettings& settings) {
  check_split(settings);
  if (split_key(settings).is_null()) return dataset;
  return std::make_shared<const SplitDataset>(std::move(dataset), settings);
}

}  // namespace adrep
