#include "datasets/reading/reading_dataset.h"

#include <map>
#include <mutex>

#include "datasets/reading/reading_facts.h"
#include "datasets/wrapped_dataset.h"

namespace adrep {
namespace {

constexpr size_t headers_read = 50;  // a class may have many thousands on a slow disk

class ReadingDataset final : public WrappedDataset {
 public:
  ReadingDataset(std::shared_ptr<const Dataset> files, const ImageReadingSettings& settings)
      : WrappedDataset(std::move(files)), settings_(settings) {}

  ClassSplit load(const std::string& class_name) const override { return read(wrapped().load(class_name)); }
  ClassSplit scan(const std::string& class_name, std::vector<FileProblem>& problems) const override {
    return read(wrapped().scan(class_name, problems));
  }

 private:
  ClassSplit read(ClassSplit split) const {
    const ReadingFacts facts = facts_of(split);
    const ImageReading reading = settings_.reading(facts.bits());
    if (reading != ImageReading{}) split.read_as(reading);
    const ReadingNotes notes = reading_notes(facts, settings_);
    for (const std::string& note : {notes.bits, notes.orientation})
      if (!note.empty()) split.data_notes.push_back(note);
    return split;
  }

  /// A class is loaded several times in a run; its files are looked at once.
  ReadingFacts facts_of(const ClassSplit& split) const {
    const std::lock_guard lock(mutex_);
    const auto known = facts_.find(split.name);
    if (known != facts_.end()) return known->second;
    return facts_[split.name] = reading_facts(split.train, headers_read);
  }

  ImageReadingSettings settings_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, ReadingFacts> facts_;
};

}  // namespace

std::shared_ptr<const Dataset> with_reading(std::shared_ptr<const Dataset> dataset,
                                            const ImageReadingSettings& settings) {
  static_cast<void>(settings.reading(16));  // refuses what is no range before anything is read
  return std::make_shared<const ReadingDataset>(std::move(dataset), settings);
}

}  // namespace adrep
