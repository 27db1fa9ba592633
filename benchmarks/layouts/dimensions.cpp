#include "benchmarks/layouts/dimensions.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "benchmarks/tables/table.h"
#include "core/maps/number_text.h"

namespace adrep {
namespace {

const std::map<std::string, std::vector<std::string>>& order_of_the_paper() {
  static const std::map<std::string, std::vector<std::string>> order = {
      {"data", {"mvtec_ad", "visa", "btad", "mvtec_3d", "mpdd"}},
      {"backbone", {"dinov2_base", "dinov2_large", "clip_base", "clip_large", "imagebind"}},
      {"detector", {"padim", "patchcore", "cflow", "glass", "uniad", "feature_norm"}},
      {"features", {"raw", "residual", "pretrained"}}};
  return order;
}

/// The place in a list, or its size.
size_t rank_in(const std::map<std::string, std::vector<std::string>>& lists, const std::string& dimension,
               const std::string& value) {
  const auto list = lists.find(dimension);
  if (list == lists.end()) return 0;
  return static_cast<size_t>(std::find(list->second.begin(), list->second.end(), value) - list->second.begin());
}

}  // namespace

bool is_common_dimension(const std::string& dimension) {
  static const std::vector<std::string> common = {"data",    "class", "backbone", "detector", "features",
                                                  "variant", "seed",  "metric",   "protocol", "selection"};
  return std::find(common.begin(), common.end(), dimension) != common.end();
}

std::vector<Place> places_of(const StoredResult& result) {
  Place place = {{"data", result.data_set},     {"class", result.class_name}, {"detector", result.detector},
                 {"features", result.features}, {"variant", result.variant},  {"seed", result.seeds}};
  // of a result that is not there yet what its plan says
  const auto known = [&](const char* key, const char* setting, const char* otherwise) {
    const auto given = result.settings.find(setting);
    const std::string text = result.cell                      ? result.cell->key_text(key)
                             : given == result.settings.end() ? ""
                                                              : given->second;
    return text.empty() ? std::string(otherwise) : text;
  };
  place["backbone"] = known("backbone", "backbone", "");
  place["protocol"] = known("metrics.protocol", "metrics.protocol", "");
  place["selection"] = known("selection", "selection", "last");
  std::vector<Place> places;
  for (const auto& labels : result.labels) {
    places.push_back(place);
    for (const auto& [axis, label] : labels) places.back()[axis] = label;
  }
  if (places.empty()) places.push_back(place);
  return places;
}

std::string joined_headings(const Layout& layout) {
  std::vector<std::string> headings;
  for (const std::string& metric : layout.metrics) headings.push_back(heading_of(metric));
  return fmt::format("{}", fmt::join(headings, "/"));
}

bool comes_before(const Layout& layout, const std::string& dimension, const std::string& a, const std::string& b) {
  if (a == b) return false;
  for (const auto* lists : {&layout.order, &order_of_the_paper()})
    if (const size_t of_a = rank_in(*lists, dimension, a), of_b = rank_in(*lists, dimension, b); of_a != of_b)
      return of_a < of_b;
  const std::optional<double> number_a = finite_number(a), number_b = finite_number(b);
  if (number_a && number_b && *number_a != *number_b) return *number_a < *number_b;
  return a < b;
}

}  // namespace adrep
