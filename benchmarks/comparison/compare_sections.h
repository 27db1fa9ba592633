#pragma once
#include <string>
#include <vector>

#include "benchmarks/comparison/compare.h"
#include "core/drawing/markup.h"

namespace adrep {

/// A part of a comparison as people read it, the same for the terminal, Markdown and HTML.
struct CompareSection {
  std::string title;
  std::vector<std::string> headings = {};  ///< of a table; none: no table
  size_t label_columns = 1;                ///< the first ones are text, the others numbers
  std::vector<std::vector<std::string>> rows = {};
  std::vector<bool> marked = {};        ///< [rows] shown in bold
  std::vector<std::string> notes = {};  ///< below the table
  Markup plot = {};                     ///< SVG, for the page alone
  std::vector<Markup> row_plots = {};   ///< [rows] SVG, for the page alone
  std::string row_plots_heading = {};   ///< the range of their axis
  bool page_only = false;               ///< too wide for a terminal
};

/// Ranks, values, paired comparison, accuracy against cost, intervals, notes.
std::vector<CompareSection> compare_sections(const Comparison& comparison);

}  // namespace adrep
