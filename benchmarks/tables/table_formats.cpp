#include "benchmarks/tables/table_formats.h"

#include <fmt/format.h>

#include "core/base/text_layout.h"

namespace adrep {
namespace {

std::vector<std::string> label_headings(const Table& table) {
  std::vector<std::string> headings = {"class", "detector", "features"};
  if (table.several_data_sets()) headings.insert(headings.begin(), "data set");
  if (std::any_of(table.rows.begin(), table.rows.end(), [](const TableRow& row) { return !row.variant.empty(); }))
    headings.push_back("variant");
  return headings;
}

/// What stands below these headings.
std::vector<std::string> labels(const TableRow& row, const std::vector<std::string>& headings) {
  std::vector<std::string> texts = {shown_class(row), row.detector, row.features, row.variant};
  if (headings.front() == "data set") texts.insert(texts.begin(), row.data_set);
  texts.resize(headings.size());
  return texts;
}

/// A number, or an empty field: the reason has a column of its own.
std::string csv_number(const Metric& value) {
  return value.defined() ? fmt::format("{}", value.value) : "";
}

nlohmann::json json_value(const Metric& value) {
  if (value.defined()) return value.value;
  return {{"undefined", value.undefined}};
}

nlohmann::json json_row(const Table& table, const TableRow& row) {
  nlohmann::json values, over_seeds;
  for (size_t c = 0; c < table.metrics.size(); ++c) {
    values[table.metrics[c]] = json_value(row.values[c]);
    if (row.over_seeds.empty()) continue;
    const Summary& summary = row.over_seeds[c];
    over_seeds[table.metrics[c]] = {{"mean", json_value(summary.mean)},
                                    {"std", json_value(summary.deviation)},
                                    {"n", summary.defined},
                                    {"undefined", summary.undefined}};
  }
  nlohmann::json all = {{"data_set", row.data_set},
                        {"class", row.class_name},
                        {"detector", row.detector},
                        {"features", row.features},
                        {"variant", row.variant},
                        {"classes", row.classes},
                        {"planned_classes", row.planned_classes},
                        {"is_mean", row.is_mean},
                        {"seed", row.seeds},
                        {"metrics", values}};
  if (!row.over_seeds.empty()) all["over_seeds"] = over_seeds;
  return all;
}

}  // namespace

std::string table_as_text(const Table& table, bool colour) {
  const std::vector<std::string> headings = label_headings(table);
  std::vector<size_t> widths;
  for (const std::string& heading : headings) widths.push_back(heading.size());
  for (const TableRow& row : table.rows)
    for (size_t i = 0; i < headings.size(); ++i) widths[i] = std::max(widths[i], shown_width(labels(row, headings)[i]));
  std::vector<std::vector<bool>> best;
  for (size_t column = 0; column < table.metrics.size(); ++column) best.push_back(best_in_class(table, column));

  std::vector<size_t> value_widths;
  for (size_t c = 0; c < table.metrics.size(); ++c) {
    value_widths.push_back(std::max<size_t>(table.headings[c].size(), 6));
    for (const TableRow& row : table.rows)
      value_widths[c] = std::max(value_widths[c], shown_width(shown_value(row, c)));
  }

  std::string text, rule;
  for (size_t i = 0; i < headings.size(); ++i) text += padded(headings[i], widths[i] + 2, false);
  for (size_t c = 0; c < table.metrics.size(); ++c) text += padded(table.headings[c], value_widths[c] + 2, true);
  rule = std::string(shown_width(text), '-') + "\n";
  text += "\n" + rule;
  for (size_t r = 0; r < table.rows.size(); ++r) {
    const TableRow& row = table.rows[r];
    const bool new_class = r > 0 && begins_class(table, r);
    if (new_class) text += rule;
    const auto texts = labels(row, headings);
    for (size_t i = 0; i < headings.size(); ++i) text += padded(texts[i], widths[i] + 2, false);
    for (size_t c = 0; c < table.metrics.size(); ++c) {
      const std::string value = padded(shown_value(row, c), value_widths[c] + 2, true);
      text += colour && best[c][r] ? "\033[1m" + value + "\033[0m" : value;
    }
    text += "\n";
  }
  text += rule;
  for (const std::string& note : table.notes) text += note + "\n";
  return text;
}

std::string table_as_csv(const Table& table) {
  std::string text = "data_set,class,detector,features,variant,classes,planned_classes";
  for (const std::string& metric : table.metrics) text += "," + metric;
  text += ",seed";
  for (const std::string& metric : table.metrics)
    text += fmt::format(",{0}_std,{0}_n,{0}_undefined,{0}_reason", metric);
  text += "\n";
  for (const auto* rows : {&table.rows, &table.seed_rows}) {
    for (const TableRow& row : *rows) {
      text += fmt::format("{},{},{},{},{},{},{}", csv_label(row.data_set), csv_label(row.class_name), row.detector,
                          row.features, csv_label(row.variant), row.classes, row.planned_classes);
      for (const Metric& value : row.values) text += fmt::format(",{}", csv_number(value));
      text += fmt::format(",{}", csv_field(row.over_seeds.empty() ? row.seeds : "all"));
      for (size_t c = 0; c < table.metrics.size(); ++c) {
        const Summary summary = row.over_seeds.empty() ? summarise({&row.values[c], 1}) : row.over_seeds[c];
        text += fmt::format(",{},{},{},{}", csv_number(summary.deviation), summary.defined, summary.undefined,
                            csv_field(row.values[c].undefined));
      }
      text += "\n";
    }
  }
  return text;
}

std::string table_as_markdown(const Table& table) {
  const std::vector<std::string> headings = label_headings(table);
  std::string text = "|", rule = "|";
  for (const std::string& heading : headings) text += " " + heading + " |", rule += "---|";
  for (const std::string& heading : table.headings) text += " " + heading + " |", rule += "--:|";
  text += "\n" + rule + "\n";
  for (size_t r = 0; r < table.rows.size(); ++r) {
    text += "|";
    for (const std::string& label : labels(table.rows[r], headings)) text += fmt::format(" {} |", markdown_text(label));
    for (size_t c = 0; c < table.metrics.size(); ++c) {
      const std::string value = shown_value(table.rows[r], c);
      text += best_in_class(table, c)[r] ? " **" + value + "** |" : " " + value + " |";
    }
    text += "\n";
  }
  text += "\n";
  for (const std::string& note : table.notes) text += markdown_text(note) + "\n";
  return text;
}

std::string table_as_json(const Table& table) {
  nlohmann::json rows = nlohmann::json::array(), seed_rows = nlohmann::json::array();
  for (const TableRow& row : table.rows) rows.push_back(json_row(table, row));
  for (const TableRow& row : table.seed_rows) seed_rows.push_back(json_row(table, row));
  return nlohmann::json{{"rows", rows}, {"seed_rows", seed_rows}, {"notes", table.notes}}.dump(1) + "\n";
}

}  // namespace adrep
