#include "benchmarks/tables/table.h"

#include <set>

#include "benchmarks/tables/changed_settings.h"
#include "benchmarks/tables/over_seeds.h"
#include "core/base/plural.h"

namespace adrep {
namespace {

/// The columns shown: what the paper's Table 1 shows, and pixel AUROC.
std::vector<std::string> shown_metrics(const std::vector<CellOutcome>& cells) {
  std::vector<std::string> shown;
  for (const CellOutcome& outcome : cells) {
    if (!outcome.cell) continue;
    for (const auto& [name, value] : outcome.cell->metrics) {
      const bool wanted = name == "image_auroc" || name == "pixel_auroc" || name == "pro";
      if (wanted && std::find(shown.begin(), shown.end(), name) == shown.end()) shown.push_back(name);
    }
  }
  return shown;
}

/// The metric protocol of all cells, or "" when they have several.
std::string common_protocol(const std::vector<CellOutcome>& cells) {
  std::set<std::string> protocols;
  for (const CellOutcome& outcome : cells)
    if (outcome.cell) protocols.insert(outcome.cell->key_text("metrics.protocol"));
  return protocols.size() == 1 ? *protocols.begin() : "";
}

bool leaked(const Cell& cell) {
  return cell.key.part("projector.leaked") == true;
}

/// The name of the cell's features. Leaked ones have another, so that no mean mixes them with others.
std::string features_name(const CellOutcome& outcome) {
  return outcome.planned.features + (leaked(*outcome.cell) ? " (leaked)" : "");
}

/// The name of the cell's detector. One whose epoch was chosen on test data has another, so that no mean mixes it with
/// others.
std::string detector_name(const CellOutcome& outcome) {
  return outcome.planned.detector + (outcome.cell->key_text("selection") == "oracle" ? " (oracle)" : "");
}

/// One row for every cell of a class; a cell that a swept seed does not change counts once.
std::vector<TableRow> rows_of_class(const std::vector<CellOutcome>& cells, const std::string& class_name,
                                    const std::vector<std::string>& metrics) {
  std::vector<TableRow> rows;
  std::set<std::string> known;
  for (const CellOutcome& outcome : cells) {
    if (!outcome.cell || outcome.planned.class_name != class_name) continue;
    TableRow row{class_name, detector_name(outcome), features_name(outcome), outcome.planned.variant.method, {}};
    row.seeds = outcome.planned.variant.seeds;
    for (const std::string& name : metrics) row.values.push_back(outcome.cell->metric(name));
    if (known.insert(method_of(row) + "|" + outcome.cell->hash()).second) rows.push_back(std::move(row));
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

std::vector<std::string> notes_of(const std::vector<CellOutcome>& cells, const Table& table) {
  std::vector<std::string> notes;
  std::set<std::string> protocols, seeds, backbones, leaks, selections, post_steps;
  bool oracle = false, together = false;
  std::map<std::string, int64_t> undefined;
  int64_t skipped = 0, without_mask = 0;
  std::set<std::string> known_classes, known_cells;
  for (const CellOutcome& outcome : cells) {
    if (!outcome.cell) {
      notes.push_back(outcome.planned.title() + " failed: " + outcome.error);
      continue;
    }
    const Cell& cell = *outcome.cell;
    protocols.insert(cell.key_text("metrics.protocol"));
    const std::string selection = cell.key_text("selection");
    selections.insert(selection.empty() ? "last" : selection);
    together |= !cell.key.part("classes_together").is_null();
    backbones.insert(cell.key_text("backbone"));
    seeds.insert(outcome.planned.variant.seeds);
    if (leaked(cell)) leaks.insert(outcome.planned.class_name);
    oracle |= cell.key_text("projector.selection") == "oracle";
    if (const auto step = cell.details.find("post_step"); step != cell.details.end())
      post_steps.insert(step->get<std::string>());
    if (known_classes.insert(cell.key_text("class") + cell.key_text("data")).second) {
      skipped += static_cast<int64_t>(cell.skipped.size());
      without_mask += cell.images_without_mask;
    }
    // a cell that a swept seed does not change is in several outcomes
    if (!known_cells.insert(outcome.planned.detector + "|" + outcome.planned.features + "|" + cell.hash()).second)
      continue;
    for (const std::string& name : table.metrics)
      if (const Metric metric = cell.metric(name); !metric.defined())
        ++undefined[fmt::format("{} of {}: {}", heading_of(name), outcome.planned.class_name, metric.undefined)];
  }
  if (seeds.size() > 1) seeds.erase("");  // of cells that no seed changes
  for (const auto& [text, count] : undefined)
    notes.push_back(fmt::format("undefined, left out of means: {} ({})", text, counted(count, "cell")));
  if (!leaks.empty())
    notes.push_back(fmt::format("leaked: the projectors were pretrained on {}", fmt::join(leaks, ", ")));
  if (oracle) notes.push_back("pretrained: the projectors were selected on test data (oracle)");
  if (!post_steps.empty())
    notes.push_back(fmt::format("maps scaled over the whole test set (step {})", fmt::join(post_steps, ", ")));
  if (skipped > 0) notes.push_back(counted(skipped, "unreadable image") + " left out");
  if (without_mask > 0)
    notes.push_back(
        fmt::format("{} without a mask count for image metrics only", counted(without_mask, "anomalous image")));
  if (!table.seed_rows.empty()) notes.push_back(seeds_note(table));
  if (together) notes.push_back("classes_together: one model was fitted on all classes");
  for (std::string& line : changed_settings(cells)) notes.push_back(std::move(line));
  const bool oracle_epoch = selections.contains("oracle");
  if (oracle_epoch) notes.push_back("oracle: the best epoch for each metric, chosen on the test data");
  if (!protocols.empty())
    notes.push_back(fmt::format("percent; metric protocol {}; backbone {}; selection: {} ({}); {}",
                                fmt::join(protocols, ", "), fmt::join(backbones, ", "), fmt::join(selections, ", "),
                                oracle_epoch          ? "chosen on test data"
                                : oracle              ? "no detector chosen on test data"
                                : !post_steps.empty() ? "no model chosen on test data"
                                                      : "nothing chosen on test data",
                                counted(std::ssize(seeds), "seed")));
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
  const std::string value = percent(row.values[column]);
  if (row.over_seeds.empty() || !row.over_seeds[column].deviation.defined()) return value;
  return value + " ± " + percent(row.over_seeds[column].deviation);
}

std::vector<bool> best_in_class(const Table& table, size_t column) {
  std::map<std::string, std::pair<std::string, int>> best;
  const auto rounded = [&](const TableRow& row) { return percent(row.values[column]); };
  for (const TableRow& row : table.rows) {
    if (!row.values[column].defined()) continue;
    auto& [text, rows] = best[row.class_name];
    if (rows == 0 || std::stod(rounded(row)) > std::stod(text)) text = rounded(row);
    ++rows;
  }
  std::vector<bool> is_best;
  for (const TableRow& row : table.rows) {
    const auto& [text, rows] = best[row.class_name];
    is_best.push_back(rows > 1 && row.values[column].defined() && rounded(row) == text);
  }
  return is_best;
}

Table make_table(const std::vector<CellOutcome>& cells) {
  Table table;
  table.metrics = shown_metrics(cells);
  const std::string protocol = common_protocol(cells);
  for (const std::string& name : table.metrics)
    table.headings.push_back(heading_of(name) + (name == "pro" && !protocol.empty() ? " (" + protocol + ")" : ""));
  std::vector<std::string> classes;
  for (const CellOutcome& outcome : cells)
    if (std::find(classes.begin(), classes.end(), outcome.planned.class_name) == classes.end())
      classes.push_back(outcome.planned.class_name);
  for (const std::string& class_name : classes)
    for (TableRow& row : rows_of_class(cells, class_name, table.metrics)) table.rows.push_back(std::move(row));
  const bool swept =
      std::any_of(table.rows.begin(), table.rows.end(), [](const TableRow& row) { return !row.seeds.empty(); });
  if (swept) {
    table.seed_rows = table.rows;
    table.rows = rows_over_seeds(table.seed_rows);
  }
  if (classes.size() > 1) {
    const auto means = swept ? class_means_over_seeds(table.rows, table.seed_rows) : class_means(table.rows);
    const auto seed_means = class_means(table.seed_rows);
    table.rows.insert(table.rows.end(), means.begin(), means.end());
    table.seed_rows.insert(table.seed_rows.end(), seed_means.begin(), seed_means.end());
  }
  table.notes = notes_of(cells, table);
  return table;
}

}  // namespace adrep
