#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace adrep {

/// How results become a table: what its rows and columns are, and what is averaged. Declared in small YAML files,
/// configs/layouts/*.yaml, docs/tables.md.
///
/// A dimension is `data`, `class`, `backbone`, `detector`, `features`, `variant` (what tells methods of one detector
/// and features apart), `seed`, `protocol`, `selection`, `metric`, or an axis of a sweep: `tau`.
struct Layout {
  std::string name;                  ///< "table1"
  std::string title;                 ///< begins the caption
  bool of_costs = false;             ///< shows no results: what projectors cost, which is computed
  std::vector<std::string> rows;     ///< dimensions, the outermost first
  std::vector<std::string> columns;  ///< likewise
  std::vector<std::string> metrics;  ///< "image_auroc", …
  bool joined = false;               ///< the metrics share a cell: "95.6/93.1"; else `metric` is a dimension
  /// The dimension whose first value the others are shown against, with signed differences; "": none.
  std::string delta;
  bool means = false;  ///< the mean over the innermost dimension of rows, below each of the others
  std::string best;    ///< "row" or "column": whose best values are marked; "": none
  int64_t digits = 1;  ///< after the point, of percents
  std::map<std::string, std::vector<std::string>> where;            ///< the only values that are shown
  std::map<std::string, std::vector<std::string>> order;            ///< those that come first
  std::map<std::string, std::map<std::string, std::string>> names;  ///< what values are called
};

/// Whether a dimension is one of its rows or columns.
bool stands_in(const Layout& layout, const std::string& dimension);

/// The names of the built-in ones.
std::vector<std::string> built_in_layouts();

/// A built-in one by its name, or that of a YAML file. Throws InputError with file and line for unknown keys and
/// values, and naming the built-in ones where there is none of the name.
Layout find_layout(const std::string& name_or_file);

/// The one of a YAML text; `name` stands in error lines.
Layout parse_layout(const std::string& text, const std::string& name);

/// What a value of a dimension is called in the field: "DINOv2-Base", "MVTec AD"; the value itself where it has no
/// other name.
std::string shown_name(const Layout& layout, const std::string& dimension, const std::string& value);

}  // namespace adrep
