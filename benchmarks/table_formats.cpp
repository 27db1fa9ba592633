#include "benchmarks/table_formats.h"

#include "benchmarks/text_layout.h"

namespace adrep {
namespace {

std::vector<std::string> label_headings(const Table& table) {
  std::vector<std::string> headings = {"class", "detector", "features"};
  if (std::any_of(table.rows.begin(), table.rows.end(), [](const TableRow& row) { return !row.variant.empty(); }))
    headings.push_back("variant");
  return headings;
}

std::vector<std::string> labels(const TableRow& row, size_t count) {
  std::vector<std::string> texts = {row.is_mean ? fmt::format("mean of {}", row.classes) : row.class_name, row.detector,
                                    row.features, row.variant};
  texts.resize(count);
  return texts;
}

std::string latex_text(const std::string& text) {
  std::string escaped;
  for (char c : text)
    escaped += std::string_view("_&%#$").find(c) != std::string_view::npos ? std::string("\\") + c : std::string(1, c);
  return escaped;
}

}  // namespace

std::string table_as_text(const Table& table, bool colour) {
  const std::vector<std::string> headings = label_headings(table);
  std::vector<size_t> widths;
  for (const std::string& heading : headings) widths.push_back(heading.size());
  for (const TableRow& row : table.rows)
    for (size_t i = 0; i < headings.size(); ++i)
      widths[i] = std::max(widths[i], shown_width(labels(row, headings.size())[i]));
  std::vector<std::vector<bool>> best;
  for (size_t column = 0; column < table.metrics.size(); ++column) best.push_back(best_in_class(table, column));

  std::string text, rule;
  for (size_t i = 0; i < headings.size(); ++i) text += padded(headings[i], widths[i] + 2, false);
  for (const std::string& heading : table.headings)
    text += padded(heading, std::max<size_t>(heading.size(), 6) + 2, true);
  rule = std::string(shown_width(text), '-') + "\n";
  text += "\n" + rule;
  for (size_t r = 0; r < table.rows.size(); ++r) {
    const TableRow& row = table.rows[r];
    const bool new_class = r > 0 && row.class_name != table.rows[r - 1].class_name;
    if (new_class) text += rule;
    const auto texts = labels(row, headings.size());
    for (size_t i = 0; i < headings.size(); ++i) text += padded(texts[i], widths[i] + 2, false);
    for (size_t c = 0; c < table.metrics.size(); ++c) {
      const std::string value = padded(percent(row.values[c]), std::max<size_t>(table.headings[c].size(), 6) + 2, true);
      text += colour && best[c][r] ? "\033[1m" + value + "\033[0m" : value;
    }
    text += "\n";
  }
  text += rule;
  for (const std::string& note : table.notes) text += note + "\n";
  return text;
}

std::string table_as_csv(const Table& table) {
  std::string text = "class,detector,features,variant,classes";
  for (const std::string& metric : table.metrics) text += "," + metric;
  text += "\n";
  for (const TableRow& row : table.rows) {
    text += fmt::format("{},{},{},{},{}", csv_field(row.class_name), row.detector, row.features, csv_field(row.variant),
                        row.classes);
    for (const Metric& value : row.values)
      text += fmt::format(
          ",{}", value.defined() ? fmt::format("{}", value.value) : csv_field("undefined: " + value.undefined));
    text += "\n";
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
    for (const std::string& label : labels(table.rows[r], headings.size())) text += " " + label + " |";
    for (size_t c = 0; c < table.metrics.size(); ++c) {
      const std::string value = percent(table.rows[r].values[c]);
      text += best_in_class(table, c)[r] ? " **" + value + "** |" : " " + value + " |";
    }
    text += "\n";
  }
  text += "\n";
  for (const std::string& note : table.notes) text += note + "\n";
  return text;
}

std::string table_as_latex(const Table& table) {
  const std::vector<std::string> headings = label_headings(table);
  std::string text = "% needs \\usepackage{booktabs}\n\\begin{tabular}{" + std::string(headings.size(), 'l') +
                     std::string(table.headings.size(), 'r') + "}\n\\toprule\n";
  std::vector<std::string> all = headings;
  all.insert(all.end(), table.headings.begin(), table.headings.end());
  for (size_t i = 0; i < all.size(); ++i) text += (i ? " & " : "") + latex_text(all[i]);
  text += " \\\\\n\\midrule\n";
  for (size_t r = 0; r < table.rows.size(); ++r) {
    if (r > 0 && table.rows[r].class_name != table.rows[r - 1].class_name) text += "\\midrule\n";
    std::string line;
    for (const std::string& label : labels(table.rows[r], headings.size()))
      line += (line.empty() ? "" : " & ") + latex_text(label);
    for (size_t c = 0; c < table.metrics.size(); ++c) {
      const std::string value = percent(table.rows[r].values[c]);
      line += " & " + (best_in_class(table, c)[r] ? "\\textbf{" + value + "}" : value);
    }
    text += line + " \\\\\n";
  }
  text += "\\bottomrule\n\\end{tabular}\n";
  for (const std::string& note : table.notes) text += "% " + note + "\n";
  return text;
}

std::string table_as_json(const Table& table) {
  nlohmann::json rows = nlohmann::json::array();
  for (const TableRow& row : table.rows) {
    nlohmann::json values;
    for (size_t c = 0; c < table.metrics.size(); ++c)
      values[table.metrics[c]] = row.values[c].defined() ? nlohmann::json(row.values[c].value)
                                                         : nlohmann::json{{"undefined", row.values[c].undefined}};
    rows.push_back({{"class", row.class_name},
                    {"detector", row.detector},
                    {"features", row.features},
                    {"variant", row.variant},
                    {"classes", row.classes},
                    {"is_mean", row.is_mean},
                    {"metrics", values}});
  }
  return nlohmann::json{{"rows", rows}, {"notes", table.notes}}.dump(1) + "\n";
}

}  // namespace adrep
