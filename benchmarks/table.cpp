#include "benchmarks/table.h"

#include <set>

namespace adrep {
namespace {

/// What a metric is called in tables.
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
    if (outcome.cell) protocols.insert(outcome.cell->key_text("protocol"));
  return protocols.size() == 1 ? *protocols.begin() : "";
}

/// A text field of what the cell's key says of its projectors, "" when it has none.
std::string projector_text(const Cell& cell, const char* field) {
  const auto place = cell.key.find("projector");
  return place == cell.key.end() ? "" : place->value(field, "");
}

bool leaked(const Cell& cell) {
  const auto place = cell.key.find("projector");
  return place != cell.key.end() && place->value("leaked", false);
}

/// The name of the cell's features. Leaked ones have another, so that no mean mixes them with others.
std::string features_name(const CellOutcome& outcome) {
  return outcome.planned.features + (leaked(*outcome.cell) ? " (leaked)" : "");
}

std::string group_name(const TableRow& row) {
  return row.detector + "|" + row.features + "|" + row.variant;
}

/// Means over the classes of rows with the same detector, features and variant, in order of first appearance.
std::vector<TableRow> mean_rows(const Table& table) {
  std::vector<TableRow> means;
  std::map<std::string, std::vector<const TableRow*>> members;
  for (const TableRow& row : table.rows) {
    if (members[group_name(row)].empty())
      means.push_back({"mean", row.detector, row.features, row.variant, {}, 0, true});
    members[group_name(row)].push_back(&row);
  }
  for (TableRow& mean : means) {
    const auto& rows = members[group_name(mean)];
    mean.classes = static_cast<int64_t>(rows.size());
    for (size_t column = 0; column < table.metrics.size(); ++column) {
      double sum = 0;
      int64_t defined = 0;
      for (const TableRow* row : rows) {
        if (!row->values[column].defined()) continue;
        sum += row->values[column].value;
        ++defined;
      }
      mean.values.push_back(defined > 0 ? Metric::of(sum / static_cast<double>(defined))
                                        : Metric::none("undefined for every class"));
    }
  }
  return means;
}

std::vector<std::string> notes_of(const std::vector<CellOutcome>& cells, const Table& table) {
  std::vector<std::string> notes;
  std::set<std::string> protocols, seeds, backbones, leaks;
  bool oracle = false;
  std::map<std::string, int64_t> undefined;
  int64_t skipped = 0, without_mask = 0;
  std::set<std::string> counted;
  for (const CellOutcome& outcome : cells) {
    if (!outcome.cell) {
      notes.push_back(outcome.planned.title() + " failed: " + outcome.error);
      continue;
    }
    const Cell& cell = *outcome.cell;
    protocols.insert(cell.key_text("protocol"));
    backbones.insert(cell.key_text("backbone"));
    seeds.insert(cell.key_text("seed"));
    if (leaked(cell)) leaks.insert(outcome.planned.class_name);
    oracle |= projector_text(cell, "selection") == "oracle";
    if (counted.insert(cell.key_text("class") + cell.key_text("data_fingerprint")).second) {
      skipped += static_cast<int64_t>(cell.skipped.size());
      without_mask += cell.images_without_mask;
    }
    for (const std::string& name : table.metrics)
      if (const Metric metric = cell.metric(name); !metric.defined())
        ++undefined[fmt::format("{} of {}: {}", heading_of(name), outcome.planned.class_name, metric.undefined)];
  }
  for (const auto& [text, count] : undefined)
    notes.push_back(fmt::format("undefined, left out of means: {} ({} cell{})", text, count, count == 1 ? "" : "s"));
  if (!leaks.empty())
    notes.push_back(fmt::format("leaked: the projectors were pretrained on {}", fmt::join(leaks, ", ")));
  if (oracle) notes.push_back("pretrained: the projectors were selected on test data (oracle)");
  if (skipped > 0) notes.push_back(fmt::format("{} unreadable image{} left out", skipped, skipped == 1 ? "" : "s"));
  if (without_mask > 0)
    notes.push_back(fmt::format("{} anomalous image{} without a mask count for image metrics only", without_mask,
                                without_mask == 1 ? "" : "s"));
  if (!protocols.empty())
    notes.push_back(fmt::format("percent; metric protocol {}; backbone {}; selection: last ({}); {} seed{}",
                                fmt::join(protocols, ", "), fmt::join(backbones, ", "),
                                oracle ? "no detector chosen on test data" : "nothing chosen on test data",
                                seeds.size(), seeds.size() == 1 ? "" : "s"));
  return notes;
}

}  // namespace

std::string percent(const Metric& metric) {
  return metric.defined() ? fmt::format("{:.1f}", 100 * metric.value) : "undef.";
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
  for (const std::string& class_name : classes) {
    for (const CellOutcome& outcome : cells) {
      if (!outcome.cell || outcome.planned.class_name != class_name) continue;
      TableRow row{class_name, outcome.planned.detector, features_name(outcome), outcome.planned.config->variant, {}};
      for (const std::string& name : table.metrics) row.values.push_back(outcome.cell->metric(name));
      table.rows.push_back(std::move(row));
    }
  }
  if (classes.size() > 1)
    for (TableRow& mean : mean_rows(table)) table.rows.push_back(std::move(mean));
  table.notes = notes_of(cells, table);
  return table;
}

}  // namespace adrep
