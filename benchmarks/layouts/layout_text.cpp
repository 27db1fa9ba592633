#include <fmt/format.h>

#include <algorithm>

#include "benchmarks/layouts/field_text.h"
#include "benchmarks/layouts/layout_formats.h"
#include "core/base/text_layout.h"

namespace adrep {
namespace {

constexpr size_t column_gap = 2;

std::string field_as_text(const LaidOut& table, size_t row, size_t column) {
  std::string text;
  for (const ValueText& value : value_texts(table, table.fields[row][column])) {
    if (!text.empty()) text += "/";
    text += value.value + value.delta;
    if (!value.deviation.empty()) text += " ± " + value.deviation;
  }
  const std::string marks = own_marks(table, row, column);
  return marks.empty() ? text : text + " " + marks;
}

bool is_best(const Field& field) {
  return std::any_of(field.values.begin(), field.values.end(), [](const LaidOutValue& value) { return value.best; });
}

/// A table with the columns from `begin` up to `end`.
class Block {
 public:
  Block(const LaidOut& table, const std::vector<size_t>& head_widths, const std::vector<size_t>& widths, size_t begin,
        size_t end)
      : table_(table), head_widths_(head_widths), widths_(widths), begin_(begin), end_(end) {
    widen();
  }

  std::string text(bool colour) const {
    std::string lines;
    for (size_t d = 0; d < head_depth(table_); ++d) lines += head_line(d);
    const std::string rule = std::string(width(), '-') + "\n";
    lines += rule;
    for (size_t r = 0; r < table_.rows.size(); ++r) {
      if (begins_block(table_, r)) lines += rule;
      lines += row_line(r, colour);
    }
    return lines + rule;
  }

 private:
  /// Heads over several columns may be wider than these.
  void widen() {
    for (size_t d = 0; d < head_depth(table_); ++d)
      for (const HeadSpan& span : head_spans(table_, d, begin_, end_)) {
        const size_t needed = shown_width(span.text);
        if (const size_t there = span_width(span); there < needed)
          widths_[span.first + span.count - 1] += needed - there;
      }
  }

  size_t span_width(const HeadSpan& span) const {
    size_t sum = (span.count - 1) * column_gap;
    for (size_t c = span.first; c < span.first + span.count; ++c) sum += widths_[c];
    return sum;
  }

  size_t width() const {
    size_t sum = 0;
    for (const size_t head : head_widths_) sum += head + column_gap;
    for (size_t c = begin_; c < end_; ++c) sum += widths_[c] + column_gap;
    return sum - column_gap;
  }

  static std::string trimmed(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
  }

  std::string head_line(size_t dimension) const {
    std::string line;
    const std::vector<std::string> headings = row_headings(table_);
    const bool last = dimension + 1 == head_depth(table_);
    for (size_t d = 0; d < headings.size(); ++d)
      line += padded(last ? headings[d] : "", head_widths_[d], false) + std::string(column_gap, ' ');
    for (const HeadSpan& span : head_spans(table_, dimension, begin_, end_))
      line += padded(span.text, span_width(span), last) + std::string(column_gap, ' ');
    return trimmed(line);
  }

  std::string row_line(size_t row, bool colour) const {
    std::string line;
    const std::vector<std::string> heads = shown_row(table_, row);
    for (size_t d = 0; d < heads.size(); ++d) line += padded(heads[d], head_widths_[d], false) + std::string(column_gap, ' ');
    for (size_t c = begin_; c < end_; ++c) {
      const std::string text = padded(field_as_text(table_, row, c), widths_[c], true);
      line += (colour && is_best(table_.fields[row][c]) ? "\x1b[1m" + text + "\x1b[0m" : text) + std::string(column_gap, ' ');
    }
    return trimmed(line);
  }

  const LaidOut& table_;
  const std::vector<size_t>& head_widths_;
  std::vector<size_t> widths_;
  size_t begin_, end_;
};

}  // namespace

std::string layout_as_text(const LaidOut& table, bool colour, size_t width) {
  std::vector<size_t> head_widths, widths;
  for (const std::string& heading : row_headings(table)) head_widths.push_back(shown_width(heading));
  for (size_t r = 0; r < table.rows.size(); ++r)
    for (size_t d = 0; d < head_widths.size(); ++d)
      head_widths[d] = std::max(head_widths[d], shown_width(shown_head(table, table.layout.rows[d], table.rows[r][d])));
  for (size_t c = 0; c < table.columns.size(); ++c) {
    widths.push_back(shown_width(head_spans(table, head_depth(table) - 1, c, c + 1).front().text));
    for (size_t r = 0; r < table.rows.size(); ++r)
      widths.back() = std::max(widths.back(), shown_width(field_as_text(table, r, c)));
  }
  size_t fixed = 0;
  for (const size_t head : head_widths) fixed += head + column_gap;
  std::string text;
  for (size_t begin = 0, end = 0; begin < table.columns.size(); begin = end) {
    size_t used = fixed;
    while (end < table.columns.size() && (end == begin || width == 0 || used + widths[end] <= width))
      used += widths[end++] + column_gap;
    if (begin > 0) text += "\n";
    text += Block(table, head_widths, widths, begin, end).text(colour);
  }
  text += table.caption + "\n";
  for (const std::string& line : mark_lines(table)) text += line + "\n";
  for (const std::string& note : table.notes) text += note + "\n";
  return text;
}

}  // namespace adrep
