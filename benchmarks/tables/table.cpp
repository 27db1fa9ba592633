#include "benchmarks/tables/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "benchmarks/tables/over_seeds.h"
#include "benchmarks/tables/table_notes.h"
#include "core/metrics/roc.h"

namespace adrep {
namespace {

/// False-positive rate at 95 % recall, which cells do not hold: it follows from their scores.
const std::string image_fpr = "image_fpr95";

/// Whether no class has a single mask, so that no pixel metric is defined.
bool without_masks(const std::vector<StoredResult>& results) {
  int64_t cells = 0;
  for (const StoredResult& result : results) {
    if (!result.cell) continue;
    ++cells;
    if (result.cell->anomalous_images == 0 || result.cell->images_without_mask < result.cell->anomalous_images)
      return false;
  }
  return cells > 0;
}

/// The columns shown: what the paper's Table 1 shows, and pixel AUROC; without masks the metrics of images.
std::vector<std::string> shown_metrics(const std::vector<StoredResult>& results) {
  if (without_masks(results)) return {"image_auroc", "image_ap", "image_f1", image_fpr};
  std::vector<std::string> shown;
  for (const StoredResult& result : results) {
    if (!result.cell) continue;
    for (const auto& [name, value] : result.cell->metrics) {
      const bool wanted = name == "image_auroc" || name == "pixel_auroc" || name == "pro";
      if (wanted && std::find(shown.begin(), shown.end(), name) == shown.end()) shown.push_back(name);
    }
  }
  return shown;
}

/// Where an image AUROC lies that rests on few images.
std::optional<AurocInterval> interval_of(const Cell& cell, const std::string& metric) {
  const int64_t normals = cell.test_images - cell.anomalous_images;
  if (metric != "image_auroc" || normals < 1 || cell.anomalous_images < 1) return std::nullopt;
  if (std::min(normals, cell.anomalous_images) >= few_images) return std::nullopt;
  const Metric auroc = cell.metric(metric);
  if (!auroc.defined()) return std::nullopt;
  return auroc_interval(auroc.value, normals, cell.anomalous_images);
}

/// The metric protocol of all cells, or "" when they have several.
std::string common_protocol(const std::vector<StoredResult>& results) {
  std::set<std::string> protocols;
  for (const StoredResult& result : results)
    if (result.cell) protocols.insert(result.cell->key_text("metrics.protocol"));
  return protocols.size() == 1 ? *protocols.begin() : "";
}

using ClassOfData = std::pair<std::string, std::string>;  // data set and class

/// In order of first appearance, the classes of a data set together.
std::vector<ClassOfData> classes_in(const std::vector<StoredResult>& results) {
  std::vector<std::string> data_sets;
  std::vector<ClassOfData> classes;
  for (const StoredResult& result : results)
    if (std::find(data_sets.begin(), data_sets.end(), result.data_set) == data_sets.end())
      data_sets.push_back(result.data_set);
  for (const std::string& data_set : data_sets)
    for (const StoredResult& result : results)
      if (const ClassOfData here{data_set, result.class_name};
          result.data_set == data_set && std::find(classes.begin(), classes.end(), here) == classes.end())
        classes.push_back(here);
  return classes;
}

/// One row for every cell of a class; a cell that a swept seed does not change counts once.
std::vector<TableRow> rows_of_class(const std::vector<StoredResult>& results, const ClassOfData& wanted,
                                    const std::vector<std::string>& metrics) {
  std::vector<TableRow> rows;
  std::set<std::string> known;
  for (const StoredResult& result : results) {
    if (!result.cell || ClassOfData{result.data_set, result.class_name} != wanted) continue;
    TableRow row{result.data_set,        result.class_name, shown_detector(result),
                 shown_features(result), result.variant,    {}};
    row.seeds = result.seeds;
    for (const std::string& name : metrics) {
      row.values.push_back(shown_metric(*result.cell, name));
      row.intervals.push_back(interval_of(*result.cell, name));
    }
    row.normal_images = result.cell->test_images - result.cell->anomalous_images;
    row.anomalous_images = result.cell->anomalous_images;
    if (known.insert(method_of(row) + "|" + result.cell->hash()).second) rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

Metric shown_metric(const Cell& cell, const std::string& metric) {
  if (metric != image_fpr) return cell.metric(metric);
  std::vector<float> scores;
  std::vector<uint8_t> labels;
  for (const ImageScore& image : cell.scores) {
    scores.push_back(static_cast<float>(image.score));
    labels.push_back(image.anomalous);
  }
  return fpr_at_recall({scores, labels}, 0.95);
}

std::string heading_of(const std::string& metric) {
  std::string text = metric;
  std::replace(text.begin(), text.end(), '_', ' ');
  if (metric == image_fpr) return "image FPR at 95 % TPR";
  if (metric == "image_f1") return "image F1-max";
  for (const auto& [word, written] : {std::pair{"pro", "PRO"}, {"auroc", "AUROC"}, {"ap", "AP"}, {"f1", "F1"}})
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
      if ((at == 0 || text[at - 1] == ' ') &&
          (at + std::string(word).size() == text.size() || text[at + std::string(word).size()] == ' '))
        text.replace(at, std::string(word).size(), written);
  return text;
}

std::string percent(const Metric& metric) {
  return metric.defined() ? fmt::format("{:.1f}", 100 * metric.value) : "undef.";
}

std::string shown_value(const TableRow& row, size_t column) {
  std::string value = percent(row.values[column]);
  if (!row.over_seeds.empty() && row.over_seeds[column].deviation.defined())
    value += " ± " + percent(row.over_seeds[column].deviation);
  return value + shown_share(row, column);
}

std::string shown_share(const TableRow& row, size_t column) {
  if (!row.is_mean || !row.values[column].defined() || row.defined_on[column] == row.classes) return "";
  return fmt::format(" ({} of {})", row.defined_on[column], row.planned_classes);
}

bool begins_class(const Table& table, size_t r) {
  if (r == 0) return true;
  const TableRow &row = table.rows[r], &before = table.rows[r - 1];
  return row.class_name != before.class_name || row.data_set != before.data_set;
}

std::string shown_class(const TableRow& row) {
  if (!row.is_mean) return row.class_name;
  return row.classes == row.planned_classes ? fmt::format("mean of {}", row.classes)
                                            : fmt::format("mean of {} of {}", row.classes, row.planned_classes);
}

std::vector<bool> best_in_class(const Table& table, size_t column) {
  std::map<ClassOfData, std::pair<std::string, int>> best;
  const auto rounded = [&](const TableRow& row) { return percent(row.values[column]); };
  const auto takes_part = [&](const TableRow& row) { return row.values[column].defined() && row.whole(column); };
  for (const TableRow& row : table.rows) {
    if (!takes_part(row)) continue;
    auto& [text, rows] = best[{row.data_set, row.class_name}];
    const double value = std::stod(rounded(row));
    if (rows == 0 || (table.metrics[column] == image_fpr ? value < std::stod(text) : value > std::stod(text)))
      text = rounded(row);
    ++rows;
  }
  std::vector<bool> is_best;
  for (const TableRow& row : table.rows) {
    const auto& [text, rows] = best[{row.data_set, row.class_name}];
    is_best.push_back(rows > 1 && takes_part(row) && rounded(row) == text);
  }
  return is_best;
}

bool Table::several_data_sets() const {
  return std::any_of(rows.begin(), rows.end(),
                     [&](const TableRow& row) { return row.data_set != rows.front().data_set; });
}

namespace {

/// The rows of one data set with its means, over seeds where these are swept.
void add_data_set(const std::vector<StoredResult>& results, const std::vector<ClassOfData>& classes, bool swept,
                  Table& table) {
  std::vector<TableRow> rows, seed_rows;
  for (const ClassOfData& of_data : classes)
    for (TableRow& row : rows_of_class(results, of_data, table.metrics)) rows.push_back(std::move(row));
  if (swept) {
    seed_rows = std::move(rows);
    rows = rows_over_seeds(seed_rows);
  }
  if (classes.size() > 1) {
    auto means = swept ? class_means_over_seeds(rows, seed_rows) : class_means(rows);
    auto seed_means = class_means(seed_rows);
    for (auto* of : {&means, &seed_means})
      for (TableRow& mean : *of) mean.planned_classes = std::ssize(classes);
    rows.insert(rows.end(), means.begin(), means.end());
    seed_rows.insert(seed_rows.end(), seed_means.begin(), seed_means.end());
  }
  table.rows.insert(table.rows.end(), rows.begin(), rows.end());
  table.seed_rows.insert(table.seed_rows.end(), seed_rows.begin(), seed_rows.end());
}

}  // namespace

Table make_table(const ResultSet& set) {
  const std::vector<StoredResult>& results = set.results();
  Table table;
  table.metrics = shown_metrics(results);
  const std::string protocol = common_protocol(results);
  for (const std::string& name : table.metrics)
    table.headings.push_back(heading_of(name) + (name == "pro" && !protocol.empty() ? " (" + protocol + ")" : ""));
  const bool swept =
      std::any_of(results.begin(), results.end(), [](const StoredResult& result) { return !result.seeds.empty(); });
  const std::vector<ClassOfData> classes = classes_in(results);
  for (auto first = classes.begin(); first != classes.end();) {
    const auto next =
        std::find_if(first, classes.end(), [&](const ClassOfData& here) { return here.first != first->first; });
    add_data_set(results, {first, next}, swept, table);
    first = next;
  }
  table.notes = table_notes(set, table);
  return table;
}

}  // namespace adrep
