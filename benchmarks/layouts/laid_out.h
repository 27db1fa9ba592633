#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "benchmarks/cells/result_set.h"
#include "benchmarks/layouts/gathered.h"
#include "benchmarks/layouts/layout.h"

namespace adrep {

/// What a reader must know of a field: it rests on fewer classes than are planned; the epoch was chosen on test data;
/// projectors were pretrained on the class; trained shorter than published.
enum class Mark { incomplete, oracle, leaked, shortened };

/// "i", "o", "l", "s": as it stands beside a value.
char letter_of(Mark mark);
/// What the letter means.
std::string meaning_of(Mark mark);

/// One metric of a field.
struct LaidOutValue {
  std::string metric;
  Gathered gathered;
  /// In points, of the values as they are shown, to the first value of Layout::delta; none: nothing to compare with.
  std::optional<double> delta{};
  bool best = false;
};

/// What stands in a row and column; without values: nothing does.
struct Field {
  std::vector<LaidOutValue> values;
  std::set<Mark> marks;
  std::set<std::string> protocols, selections;  ///< of its cells
};

/// A row or column: the values of its dimensions, the outermost first.
using Heads = std::vector<std::string>;

/// Results in a layout.
struct LaidOut {
  Layout layout;                             ///< with what had to be added to its rows: "variant"
  std::vector<Heads> rows;                   ///< "mean" as innermost value of those that average
  std::vector<Heads> columns;                ///< empty: one column
  std::vector<std::vector<Field>> fields;    ///< [rows][columns]
  std::vector<std::set<Mark>> column_marks;  ///< [columns] that every field of it has: they stand in its head
  std::set<Mark> marks;                      ///< that any field has
  double scale = 100;                        ///< of what is shown to what is stored: percents
  std::string caption;                       ///< what it shows, and under which setting of the field
  std::vector<std::string> notes;            ///< as of Table
};

/// Throws InputError where nothing is left to show or no result has a dimension of the layout.
LaidOut lay_out(const ResultSet& results, const Layout& layout);

/// The layout for results of which nothing else is known: means over classes where there are several data sets or
/// backbones, else each class.
std::string usual_layout(const ResultSet& results);

/// A head as people read it: "DINOv2-Base", "image AUROC".
std::string shown_head(const LaidOut& table, const std::string& dimension, const std::string& value);

}  // namespace adrep
