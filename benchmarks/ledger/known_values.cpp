#include "benchmarks/ledger/known_values.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "benchmarks/layouts/embedded_files.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/names.h"
#include "core/io/csv.h"

namespace adrep {
namespace {

constexpr std::string_view paper_folder = "results/paper/";
constexpr uint64_t largest_table = 16 << 20;

/// Dimensions, by what CSV files call them.
const std::vector<std::string> place_columns = {"dataset",  "data",     "class",   "backbone",
                                                "detector", "features", "variant", "seed"};
/// The axes of the paper's own tables.
const std::vector<std::string> paper_axes = {"row",
                                             "architecture",
                                             "train_fraction",
                                             "noise_ratio",
                                             "noise_ratio_no_overlap",
                                             "reference_sets",
                                             "shots",
                                             "pretraining",
                                             "tau",
                                             "delta_r",
                                             "lambda",
                                             "layers",
                                             "learnable_references",
                                             "train_references"};

double parsed_number(const std::string& text, const std::string& where, const std::string& column) {
  double number = 0;
  const std::string plain = text.starts_with('+') ? text.substr(1) : text;
  const auto [end, problem] = std::from_chars(plain.data(), plain.data() + plain.size(), number);
  if (problem != std::errc() || end != plain.data() + plain.size() || !std::isfinite(number))
    throw_input("{}: {}: '{}' is no number", where, column, text);
  return number;
}

int64_t digits_after_point(const std::string& text) {
  const size_t point = text.find('.');
  return point == std::string::npos ? 0 : static_cast<int64_t>(text.size() - point - 1);
}

void check_columns(const std::vector<std::string>& columns, const std::string& name) {
  std::vector<std::string> known = value_columns();
  known.insert(known.end(), paper_axes.begin(), paper_axes.end());
  for (const std::string& column : columns)
    if (std::count(known.begin(), known.end(), column) == 0)
      throw_input("{}:1: unknown column '{}': {}", name, column, suggestion(column, known));
  for (const char* needed : {"metric", "value"})
    if (std::count(columns.begin(), columns.end(), needed) == 0)
      throw_input("{}:1: a column '{}' is missing: one line a value, as `adrep table --format csv` writes", name,
                  needed);
}

void set_field(const std::string& column, const std::string& text, const std::string& where, KnownValue& value) {
  const auto number = [&] { return parsed_number(text, where, column); };
  if (column == "metric") {
    value.metric = text;
  } else if (column == "value") {
    value.value = number();
    value.digits = digits_after_point(text);
  } else if (column == "std") {
    value.deviation = number();
  } else if (column == "printed_delta") {
    value.delta = number();
  } else if (column == "table") {
    value.table = text;
  } else if (column == "unit") {
    value.unit = text;
  } else if (column == "method") {
    value.method = text;
  } else if (column == "cited_from") {
    value.cited_from = text;
  } else if (column == "origin") {
    value.cited = text == "cited";
  } else if (column == "flag") {
    value.flag = text;
  } else if (column == "note") {
    value.note = text;
  } else if (column == "classes" || column == "seeds" || column == "protocol" || column == "selection") {
    value.rules[column] = text;
  } else if (column == "dataset") {
    value.place["data"] = text;
  } else if (std::count(place_columns.begin(), place_columns.end(), column) > 0 ||
             std::count(paper_axes.begin(), paper_axes.end(), column) > 0) {
    value.place[column] = text;
  }
}

/// "table1" before "table2a" before "table10", then the appendix.
bool table_before(const std::string& a, const std::string& b) {
  const auto number = [](const std::string& table) { return std::atoi(table.c_str()); };
  const int of_a = number(a) == 0 ? 1000 : number(a), of_b = number(b) == 0 ? 1000 : number(b);
  return of_a != of_b ? of_a < of_b : a < b;
}

}  // namespace

const std::vector<std::string>& value_columns() {
  static const std::vector<std::string> columns = [] {
    std::vector<std::string> all = {"table",         "method",          "venue",    "origin",    "cited_from",
                                    "metric",        "value",           "unit",     "std",       "std_population",
                                    "printed_delta", "delta",           "flag",     "note",      "seeds",
                                    "classes",       "planned_classes", "protocol", "selection", "marks"};
    all.insert(all.end(), place_columns.begin(), place_columns.end());
    return all;
  }();
  return columns;
}

std::vector<KnownValue> parse_values(const std::string& text, const std::string& name) {
  CsvRecords records(text, name, CsvLeniency::strict);
  const std::optional<CsvRecord> head = records.next();
  if (!head) throw_input("{}: no values: the first line names the columns", name);
  check_columns(head->fields, name);
  std::vector<KnownValue> values;
  while (const std::optional<CsvRecord> record = records.next()) {
    const std::string where = fmt::format("{}:{}", name, record->line);
    if (record->fields.size() != head->fields.size())
      throw_input("{}: {} fields, the first line has {}", where, record->fields.size(), head->fields.size());
    KnownValue value;
    value.line = record->line;
    bool has_value = false;
    for (size_t c = 0; c < head->fields.size(); ++c) {
      const std::string& field = record->fields[c];
      if (field.empty()) continue;
      has_value |= head->fields[c] == "value";
      set_field(head->fields[c], field, where, value);
    }
    // an own row of a paper that names its method by no detector
    if (!value.cited && !value.method.empty()) value.place["method"] = value.method;
    if (has_value && value.metric.empty()) throw_input("{}: a value without its metric", where);
    if (has_value) values.push_back(std::move(value));
  }
  if (values.empty()) throw_input("{}: no values below its first line", name);
  return values;
}

std::vector<KnownValue> read_values(const std::filesystem::path& file) {
  return parse_values(read_file(file, largest_table), file.string());
}

std::vector<KnownValue> paper_values() {
  std::vector<KnownValue> values;
  for (const EmbeddedFile& file : embedded_files())
    if (file.name.starts_with(paper_folder))
      for (KnownValue& value : parse_values(std::string(file.text), std::string(file.name)))
        values.push_back(std::move(value));
  std::stable_sort(values.begin(), values.end(),
                   [](const KnownValue& a, const KnownValue& b) { return table_before(a.table, b.table); });
  return values;
}

}  // namespace adrep
