#include "benchmarks/layouts/field_text.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "benchmarks/tables/table.h"

namespace adrep {
namespace {

/// "93.4"; a negative zero has no sign.
std::string fixed_points(double value, int64_t digits) {
  std::string text = fmt::format("{:.{}f}", value, digits);
  return text.find_first_not_of("-0.") == std::string::npos && text.starts_with('-') ? text.substr(1) : text;
}

std::string signed_points(double value, int64_t digits) {
  const std::string text = fixed_points(value, digits);
  return text.starts_with('-') ? text : "+" + text;
}

}  // namespace

std::vector<ValueText> value_texts(const LaidOut& table, const Field& field) {
  const int64_t digits = table.layout.digits;
  std::vector<ValueText> texts;
  for (const LaidOutValue& value : field.values) {
    ValueText text{"undef.", "", "", value.best};
    if (value.gathered.seeds == 0 && value.gathered.classes == 0 && field.marks.contains(Mark::incomplete) &&
        !value.gathered.value.defined())
      text.value = "–";
    if (value.gathered.value.defined()) text.value = fixed_points(value.gathered.value.value * table.scale, digits);
    if (value.delta) text.delta = signed_points(*value.delta, digits);
    if (value.gathered.deviation.defined())
      text.deviation = fmt::format("{:.2f}", value.gathered.deviation.value * table.scale);
    texts.push_back(std::move(text));
  }
  return texts;
}

std::string own_marks(const LaidOut& table, size_t row, size_t column) {
  std::set<Mark> own = table.fields[row][column].marks;
  for (const Mark mark : table.column_marks[column]) own.erase(mark);
  return table.fields[row][column].values.empty() ? "" : mark_letters(own);
}

size_t head_depth(const LaidOut& table) {
  return std::max<size_t>(1, table.layout.columns.size());
}

std::vector<HeadSpan> head_spans(const LaidOut& table, size_t dimension, size_t begin, size_t end) {
  std::vector<HeadSpan> spans;
  const std::vector<std::string>& dimensions = table.layout.columns;
  const bool innermost = dimension + 1 >= dimensions.size();
  for (size_t c = begin; c < end; ++c) {
    if (!innermost && c > begin &&
        std::equal(table.columns[c].begin(), table.columns[c].begin() + static_cast<ptrdiff_t>(dimension + 1),
                   table.columns[c - 1].begin())) {
      ++spans.back().count;
      continue;
    }
    std::string text;
    if (dimensions.empty()) {
      text = joined_headings(table.layout);
    } else {
      text = shown_head(table, dimensions[dimension], table.columns[c][dimension]);
    }
    if (innermost && !table.column_marks[c].empty()) text += fmt::format(" [{}]", mark_letters(table.column_marks[c]));
    spans.push_back({std::move(text), c, 1});
  }
  return spans;
}

std::vector<std::string> row_headings(const LaidOut& table) {
  std::vector<std::string> headings;
  for (const std::string& dimension : table.layout.rows)
    headings.push_back(dimension == "data" ? "data set" : dimension);
  return headings;
}

std::vector<std::string> all_heads(const LaidOut& table, size_t row) {
  std::vector<std::string> heads;
  for (size_t d = 0; d < table.layout.rows.size(); ++d)
    heads.push_back(shown_head(table, table.layout.rows[d], table.rows[row][d]));
  return heads;
}

std::vector<std::string> shown_row(const LaidOut& table, size_t row) {
  std::vector<std::string> heads = all_heads(table, row);
  for (size_t d = 0; row > 0 && d + 1 < heads.size() && table.rows[row][d] == table.rows[row - 1][d]; ++d)
    heads[d].clear();
  return heads;
}

bool begins_block(const LaidOut& table, size_t row) {
  return row > 0 && table.layout.rows.size() > 1 && table.rows[row][0] != table.rows[row - 1][0];
}

std::string mark_letters(const std::set<Mark>& marks) {
  std::string letters;
  for (const Mark mark : marks) letters += letter_of(mark);
  return letters;
}

std::vector<std::string> all_dimensions(const LaidOut& table) {
  std::vector<std::string> dimensions = table.layout.rows;
  for (const std::string& dimension : table.layout.columns)
    if (dimension != "metric") dimensions.push_back(dimension);
  return dimensions;
}

std::string exported_name(const std::string& dimension) {
  return dimension == "data" ? "dataset" : dimension;
}

std::vector<std::string> all_values(const LaidOut& table, size_t row, size_t column) {
  std::vector<std::string> values = table.rows[row];
  for (size_t d = 0; d < table.layout.columns.size(); ++d)
    if (table.layout.columns[d] != "metric") values.push_back(table.columns[column][d]);
  return values;
}

std::vector<std::string> mark_lines(const LaidOut& table) {
  std::vector<std::string> lines;
  for (const Mark mark : table.marks) lines.push_back(fmt::format("[{}] {}", letter_of(mark), meaning_of(mark)));
  return lines;
}

}  // namespace adrep
