#include "datasets/absent_dataset.h"

#include <algorithm>

#include "core/base/error.h"
#include "datasets/published_counts.h"

namespace adrep {
namespace {

class AbsentDataset final : public Dataset {
 public:
  AbsentDataset(const PublishedDataset& published, const std::filesystem::path& root)
      : published_(published), root_(std::make_shared<const std::filesystem::path>(root)) {}

  std::string layout() const override { return std::string(published_.layout); }
  const std::filesystem::path& root() const override { return *root_; }
  bool is_absent() const override { return true; }

  std::vector<std::string> classes() const override {
    std::vector<std::string> names;
    for (const PublishedClass& one : published_.classes) names.emplace_back(one.name);
    return names;
  }

  ClassSplit load(const std::string& class_name) const override {
    const PublishedClass* published = published_.find(class_name);
    if (!published) throw_input("class '{}': {} has no such class", class_name, published_.layout);
    ClassSplit split;
    split.name = class_name;
    const PublishedCounts& counts = *published->counts;
    add(split.train, class_name + "/train/", counts.train_normal, false);
    add(split.test, class_name + "/test/normal/", counts.test_normal, false);
    add(split.test, class_name + "/test/anomalous/", counts.test_anomalous, true);
    return split;
  }

 private:
  void add(std::vector<Sample>& samples, const std::string& folder, int count, bool anomalous) const {
    for (int i = 0; i < count; ++i) {
      Sample sample;
      sample.id = fmt::format("{}{:04}", folder, i);
      sample.root = root_;
      sample.anomalous = anomalous;
      if (anomalous) sample.defect = "anomalous";
      samples.push_back(std::move(sample));
    }
  }

  const PublishedDataset& published_;
  std::shared_ptr<const std::filesystem::path> root_;
};

}  // namespace

std::shared_ptr<const Dataset> absent_dataset(const std::string& layout, const std::filesystem::path& root) {
  const PublishedDataset* published = published_dataset(layout);
  const auto counted = [](const PublishedClass& one) { return one.counts.has_value(); };
  if (!published || !std::all_of(published->classes.begin(), published->classes.end(), counted)) return nullptr;
  return std::make_shared<const AbsentDataset>(*published, root);
}

}  // namespace adrep
