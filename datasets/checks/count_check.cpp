#include "datasets/checks/count_check.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "datasets/listing.h"
#include "datasets/long_lists.h"

namespace adrep {
namespace {

struct NumberedFolder {
  std::map<int64_t, std::string> files;  ///< number -> name
  std::vector<std::string> others;       ///< names that are no numbers
};

std::optional<int64_t> number_of(std::string_view stem) {
  int64_t number = 0;
  const auto [end, failed] = std::from_chars(stem.data(), stem.data() + stem.size(), number);
  const bool whole = failed == std::errc() && end == stem.data() + stem.size() && stem.size() <= 9 && number >= 0;
  return whole ? std::optional(number) : std::nullopt;
}

std::map<std::string, NumberedFolder> by_folder(const std::vector<Sample>& samples) {
  std::map<std::string, NumberedFolder> folders;
  for (const Sample& sample : samples) {
    const size_t slash = sample.id.rfind('/') + 1;  // 0 without a folder
    const std::string name = sample.id.substr(slash);
    NumberedFolder& folder = folders[sample.id.substr(0, slash)];
    const std::optional<int64_t> number = number_of(stem_of(name));
    if (number)
      folder.files.emplace(*number, name);
    else
      folder.others.push_back(name);
  }
  return folders;
}

std::string extension_of(const std::string& name) {
  return name.substr(stem_of(name).size());
}

void compare_class(const ClassSplit& split, const PublishedCounts& published, std::vector<std::string>& lines) {
  const PublishedCounts found = counts_of(split);
  const auto compare = [&](const char* part, int count, int wanted) {
    if (count != wanted)
      lines.push_back(fmt::format("{}: {} {} images, published {}", split.name, count, part, wanted));
  };
  compare("training", found.train_normal, published.train_normal);
  compare("normal test", found.test_normal, published.test_normal);
  compare("anomalous test", found.test_anomalous, published.test_anomalous);
  if (found == published) return;
  std::vector<Sample> samples = split.train;  // in VisA both parts lie in one folder
  samples.insert(samples.end(), split.test.begin(), split.test.end());
  if (const auto gaps = gaps_in_numbering(samples); !gaps.empty())
    lines.push_back(fmt::format("{}: missing by their numbers: {}", split.name, few_of(gaps)));
  if (const auto extra = names_out_of_line(samples); !extra.empty())
    lines.push_back(fmt::format("{}: not named as the others: {}", split.name, few_of(extra)));
}

}  // namespace

PublishedCounts counts_of(const ClassSplit& split) {
  const auto anomalous = static_cast<int>(
      std::count_if(split.test.begin(), split.test.end(), [](const Sample& sample) { return sample.anomalous; }));
  return {static_cast<int>(split.train.size()), static_cast<int>(split.test.size()) - anomalous, anomalous};
}

std::vector<std::string> gaps_in_numbering(const std::vector<Sample>& samples) {
  constexpr int64_t longest_gap = 1000;  // a larger one is another way of numbering
  std::vector<std::string> gaps;
  for (const auto& [folder, numbered] : by_folder(samples)) {
    if (!numbered.others.empty()) continue;
    int64_t expected = numbered.files.empty() ? 0 : std::min<int64_t>(1, numbered.files.begin()->first);
    for (const auto& [number, name] : numbered.files) {
      const size_t digits = stem_of(name).size();
      for (; expected < number && number - expected <= longest_gap; ++expected)
        gaps.push_back(fmt::format("{}{:0{}}{}", folder, expected, digits, extension_of(name)));
      expected = number + 1;
    }
  }
  return gaps;
}

std::vector<std::string> names_out_of_line(const std::vector<Sample>& samples) {
  std::vector<std::string> found;
  for (const auto& [folder, numbered] : by_folder(samples)) {
    if (numbered.files.size() <= numbered.others.size()) continue;
    std::map<std::string, size_t> extensions;
    for (const auto& [number, name] : numbered.files) ++extensions[extension_of(name)];
    const auto usual = std::max_element(extensions.begin(), extensions.end(),
                                        [](const auto& a, const auto& b) { return a.second < b.second; });
    for (const auto& [number, name] : numbered.files)
      if (extension_of(name) != usual->first) found.push_back(folder + name);
    for (const std::string& name : numbered.others) found.push_back(folder + name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

const PublishedDataset* published_for(const Dataset& dataset) {
  const PublishedDataset* published = published_dataset(dataset.layout());
  if (!published) return nullptr;
  const std::vector<std::string> names = dataset.classes();
  const bool any =
      std::any_of(names.begin(), names.end(), [&](const std::string& name) { return published->find(name); });
  return any ? published : nullptr;
}

std::vector<std::string> differences_from_published(const PublishedDataset& published,
                                                    const std::vector<ClassSplit>& classes) {
  std::vector<std::string> lines, missing;
  std::set<std::string_view> present;
  for (const ClassSplit& split : classes) {
    present.insert(split.name);
    const PublishedClass* known = published.find(split.name);
    if (!known)
      lines.push_back(fmt::format("{}: no class of the published data set", split.name));
    else if (known->counts)
      compare_class(split, *known->counts, lines);
  }
  for (const PublishedClass& known : published.classes)
    if (!present.contains(known.name)) missing.emplace_back(known.name);
  if (!missing.empty()) lines.push_back(fmt::format("missing classes: {}", few_of(missing)));
  return lines;
}

}  // namespace adrep
