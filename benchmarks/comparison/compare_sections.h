#pragma once
#include <limits>
#include <string>
#include <vector>

#include "benchmarks/comparison/compare.h"
#include "core/drawing/markup.h"

namespace adrep {

/// A part of a comparison as people read it, the same for the terminal, Markdown, LaTeX and HTML.
struct CompareSection {
  std::string title;
  std::vector<std::string> headings = {};  ///< of a table; none: no table
  size_t label_columns = 1;                ///< the first ones are text, the others numbers
  std::vector<std::vector<std::string>> rows = {};
  std::vector<bool> marked = {};                              ///< [rows] shown in bold
  std::vector<std::string> notes = {};                        ///< below the table
  Markup plot = {};                                           ///< SVG, for the page alone
  std::vector<Markup> row_plots = {};                         ///< [rows] SVG, for the page alone
  std::string row_plots_heading = {};                         ///< the range of their axis
  bool page_only = false;                                     ///< too wide for a terminal
  size_t terminal_rows = std::numeric_limits<size_t>::max();  ///< how many of the rows a terminal shows
  std::string terminal_note = {};                             ///< what it says of the others
};

/// Whether row `r` of a table with several label columns begins a group: the first label differs from that before.
bool begins_group(const CompareSection& section, size_t r);

/// Whether a row is shown in bold.
inline bool is_marked(const CompareSection& section, size_t row) {
  return row < section.marked.size() && section.marked[row];
}

/// Ranks, values, pairs of methods, accuracy against cost, intervals, notes.
std::vector<CompareSection> compare_sections(const Comparison& comparison);

}  // namespace adrep
