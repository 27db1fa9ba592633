#include "benchmarks/tables/table.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "benchmarks/cells/result_names.h"
#include "benchmarks/tables/changed_settings.h"
#include "benchmarks/tables/over_seeds.h"
#include "core/base/names.h"
#include "core/base/plural.h"

namespace adrep {
namespace {

/// The columns shown: what the paper's Table 1 shows, and pixel AUROC.
std::vector<std::string> shown_metrics(const std::vector<StoredResult>& results) {
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
    for (const std::string& name : metrics) row.values.push_back(result.cell->metric(name));
    if (known.insert(method_of(row) + "|" + result.cell->hash()).second) rows.push_back(std::move(row));
  }
  return rows;
}

/// What ± means, with the number of seeds.
std::string seeds_note(const Table& table) {
  int64_t least = std::numeric_limits<int64_t>::max(), most = 0;
  for (const TableRow& row : table.rows) {
    for (const Summary& summary : row.over_seeds) {
      least = std::min(least, summary.defined + summary.undefined);
      most = std::max(most, summary.defined + summary.undefined);
    }
  }
  return fmt::format(
      "mean ± sample standard deviation over {} (n = {}); of a mean over classes: the deviation over seeds of each "
      "seed's mean over classes{}",
      counted(most, "seed"), least == most ? fmt::format("{}", most) : fmt::format("{} to {}", least, most),
      least == most ? "" : "; a seed that changes nothing counts once, table.csv has every n");
}

/// What the results have in common or apart, collected for the notes.
struct Collected {
  std::set<std::string> protocols, seeds, backbones, leaks, selections, post_steps, weights;
  bool oracle_projector = false, together = false;
  std::map<std::string, int64_t> undefined;
  int64_t skipped = 0, without_mask = 0;
};

Collected collected_from(const std::vector<StoredResult>& results, const std::vector<std::string>& metrics) {
  Collected all;
  std::set<std::string> known_images, known_cells;
  for (const StoredResult& result : results) {
    if (!result.cell) continue;
    const Cell& cell = *result.cell;
    all.protocols.insert(cell.key_text("metrics.protocol"));
    const std::string selection = cell.key_text("selection");
    all.selections.insert(selection.empty() ? "last" : selection);
    all.together |= !cell.key.part("classes_together").is_null();
    all.backbones.insert(cell.key_text("backbone"));
    all.seeds.insert(result.seeds);
    if (result.leaked()) all.leaks.insert(result.class_name);
    all.oracle_projector |= cell.key_text("projector.selection") == "oracle";
    if (const auto step = cell.details.find("post_step"); step != cell.details.end())
      all.post_steps.insert(step->get<std::string>());
    if (const auto note = cell.details.find("weights"); note != cell.details.end())
      all.weights.insert(fmt::format("backbone {}, {}", cell.key_text("backbone"), note->get<std::string>()));
    if (known_images.insert(images_of(result)).second) {
      all.skipped += std::ssize(cell.skipped);
      all.without_mask += cell.images_without_mask;
    }
    if (!known_cells.insert(cell.hash()).second)
      continue;  // one that a swept seed does not change is there several times
    for (const std::string& name : metrics)
      if (const Metric metric = cell.metric(name); !metric.defined())
        ++all.undefined[fmt::format("{} of {}: {}", heading_of(name), result.class_name, metric.undefined)];
  }
  if (all.seeds.size() > 1) all.seeds.erase("");  // of cells that no seed changes
  return all;
}

/// What was noted on the files of each class, the same line of several classes once.
std::vector<std::string> data_notes(const std::vector<StoredResult>& results) {
  std::vector<std::pair<std::string, std::vector<std::string>>> lines;  // note -> classes, in the order of the results
  for (const StoredResult& result : results) {
    if (!result.cell) continue;
    const auto notes = result.cell->details.find("data_notes");
    if (notes == result.cell->details.end()) continue;
    for (const auto& note : *notes) {
      const auto text = note.get<std::string>();
      auto line = std::find_if(lines.begin(), lines.end(), [&](const auto& known) { return known.first == text; });
      if (line == lines.end()) line = lines.insert(lines.end(), {text, {}});
      if (std::find(line->second.begin(), line->second.end(), result.class_name) == line->second.end())
        line->second.push_back(result.class_name);
    }
  }
  std::vector<std::string> notes;
  for (const auto& [text, classes] : lines) notes.push_back(fmt::format("{}: {}", listed(classes, 5), text));
  return notes;
}

/// The last note: by which rules the numbers came about.
std::string rules_note(const Collected& all) {
  const bool oracle_epoch = all.selections.contains("oracle");
  return fmt::format("percent; metric protocol {}; backbone {}; selection: {} ({}); {}", fmt::join(all.protocols, ", "),
                     fmt::join(all.backbones, ", "), fmt::join(all.selections, ", "),
                     oracle_epoch              ? "chosen on test data"
                     : all.oracle_projector    ? "no detector chosen on test data"
                     : !all.post_steps.empty() ? "no model chosen on test data"
                                               : "nothing chosen on test data",
                     counted(std::ssize(all.seeds), "seed"));
}

std::vector<std::string> notes_of(const ResultSet& set, const Table& table) {
  const std::vector<StoredResult>& results = set.results();
  std::vector<std::string> notes;
  for (const StoredResult& result : results)
    if (!result.error.empty()) notes.push_back(result.title() + " failed: " + result.error);
  if (set.missing() > 0)
    notes.push_back(fmt::format("not computed yet: {} of {}", set.missing(), counted(std::ssize(results), "cell")));
  const Collected all = collected_from(results, table.metrics);
  for (const auto& [text, count] : all.undefined)
    notes.push_back(fmt::format("undefined, left out of means: {} ({})", text, counted(count, "cell")));
  if (!all.leaks.empty())
    notes.push_back(fmt::format("leaked: the projectors were pretrained on {}", fmt::join(all.leaks, ", ")));
  if (all.oracle_projector) notes.push_back("pretrained: the projectors were selected on test data (oracle)");
  if (!all.post_steps.empty())
    notes.push_back(fmt::format("maps scaled over the whole test set (step {})", fmt::join(all.post_steps, ", ")));
  if (all.skipped > 0) notes.push_back(counted(all.skipped, "unreadable image") + " left out");
  if (all.without_mask > 0)
    notes.push_back(
        fmt::format("{} without a mask count for image metrics only", counted(all.without_mask, "anomalous image")));
  for (std::string& line : data_notes(results)) notes.push_back(std::move(line));
  notes.insert(notes.end(), all.weights.begin(), all.weights.end());
  if (!table.seed_rows.empty()) notes.push_back(seeds_note(table));
  if (all.together) notes.push_back("classes_together: one model was fitted on all classes");
  for (std::string& line : changed_settings(results)) notes.push_back(std::move(line));
  if (all.selections.contains("oracle"))
    notes.push_back("oracle: the best epoch for each metric, chosen on the test data");
  notes.insert(notes.end(), set.notes().begin(), set.notes().end());
  if (!all.protocols.empty()) notes.push_back(rules_note(all));
  return notes;
}

}  // namespace

std::string heading_of(const std::string& metric) {
  std::string text = metric;
  std::replace(text.begin(), text.end(), '_', ' ');
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
    if (rows == 0 || std::stod(rounded(row)) > std::stod(text)) text = rounded(row);
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
  table.notes = notes_of(set, table);
  return table;
}

}  // namespace adrep
