#include "support/cells.h"

#include <fmt/format.h>

namespace adrep::test {

StoredResult made_cell(const std::string& detector, const std::string& class_name, const Metric& image_auroc,
                       int seed) {
  Cell cell;
  cell.key.fit = {{"detector", detector}, {"features", "raw"},   {"backbone", "b"},
                  {"class", class_name},  {"image.resize", 224}, {"seed", seed}};
  cell.key.evaluation = {{"data", "f-" + class_name}};
  cell.metrics = {{"image_auroc", image_auroc}};
  StoredResult result{.data_set = {}, .class_name = class_name, .detector = detector, .features = "raw", .planned = {}};
  result.cell = std::move(cell);
  result.environment = {{"device", "cpu"}, {"threads", 2}, {"cpu", "AVX2"}};
  return result;
}

StoredResult scored_cell(const std::string& detector, const std::string& class_name, const std::vector<double>& normal,
                         const std::vector<double>& anomalous, int seed) {
  StoredResult stored = made_cell(detector, class_name, Metric::measured(0.5), seed);
  for (size_t i = 0; i < normal.size(); ++i)
    stored.cell->scores.push_back({fmt::format("good/{}", i), "good", false, normal[i]});
  for (size_t i = 0; i < anomalous.size(); ++i)
    stored.cell->scores.push_back({fmt::format("hole/{}", i), "hole", true, anomalous[i]});
  return stored;
}

}  // namespace adrep::test
