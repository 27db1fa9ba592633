#include "datasets/checks/file_order.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "core/metrics/roc.h"
#include "datasets/listing.h"

namespace adrep {
namespace {

/// A number of any length, ordered by value: its length without leading zeros, then its digits.
using LongNumber = std::pair<size_t, std::string>;

struct NumberedName {
  std::string series;  ///< the name without its numbers: "cell_#"
  std::vector<LongNumber> numbers;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

NumberedName numbered_name(const std::string& id) {
  const std::string_view stem = stem_of(std::string_view(id).substr(id.rfind('/') + 1));
  NumberedName name;
  for (size_t i = 0; i < stem.size();) {
    if (!is_digit(stem[i])) {
      name.series += stem[i++];
      continue;
    }
    const size_t begin = i;
    while (i < stem.size() && is_digit(stem[i])) ++i;
    std::string_view digits = stem.substr(begin, i - begin);
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size() - 1));
    name.series += '#';
    name.numbers.emplace_back(digits.size(), digits);
  }
  return name;
}

/// Images whose names differ in their numbers alone.
struct Series {
  std::map<std::vector<LongNumber>, int64_t> places;  ///< in natural order, after number_places()
  std::set<int64_t> trained;                          ///< places of training images

  void number_places() {
    int64_t next = 0;
    for (auto& [numbers, place] : places) place = next++;
  }
  int64_t distance(int64_t place) const {
    const auto above = trained.lower_bound(place);
    int64_t least = above == trained.end() ? place - *trained.rbegin() : *above - place;
    if (above != trained.begin()) least = std::min(least, place - *std::prev(above));
    return least;
  }
};

using AllSeries = std::map<std::string, Series>;

AllSeries series_of(const ClassSplit& split) {
  AllSeries all;
  for (const auto* part : {&split.train, &split.test})
    for (const Sample& sample : *part)
      if (NumberedName name = numbered_name(sample.id); !name.numbers.empty())
        all[name.series].places.emplace(std::move(name.numbers), 0);
  for (auto& [name, series] : all) series.number_places();
  for (const Sample& sample : split.train)
    if (const NumberedName name = numbered_name(sample.id); !name.numbers.empty())
      all[name.series].trained.insert(all[name.series].places.at(name.numbers));
  return all;
}

}  // namespace

bool FileOrder::separates() const {
  constexpr double least = 0.7, deviations = 3;
  const auto n = static_cast<double>(normal), m = static_cast<double>(anomalous);
  return auroc >= least && auroc >= 0.5 + deviations * std::sqrt((n + m + 1) / (12 * n * m));
}

std::optional<FileOrder> file_order_of(const ClassSplit& split) {
  const AllSeries all = series_of(split);
  std::vector<float> distances;
  std::vector<uint8_t> labels;
  FileOrder order;
  for (const Sample& sample : split.test) {
    const NumberedName name = numbered_name(sample.id);
    if (name.numbers.empty() || all.at(name.series).trained.empty()) continue;
    const Series& series = all.at(name.series);
    distances.push_back(static_cast<float>(series.distance(series.places.at(name.numbers))));
    labels.push_back(sample.anomalous);
    ++(sample.anomalous ? order.anomalous : order.normal);
  }
  if (order.normal == 0 || order.anomalous == 0) return std::nullopt;
  order.auroc = auroc(ScoredImages{distances, labels}).value;
  return order;
}

std::string file_order_note(const ClassSplit& split) {
  const std::optional<FileOrder> order = file_order_of(split);
  if (!order || !order->separates()) return "";
  return fmt::format(
      "file order alone separates the test images: image AUROC {:.1f} by the distance of a file's number to the "
      "nearest "
      "training image's ({} normal, {} anomalous): hold whole groups out with split.group= and split.folds=",
      100 * order->auroc, order->normal, order->anomalous);
}

}  // namespace adrep
