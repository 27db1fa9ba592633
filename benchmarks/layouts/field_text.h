#pragma once
#include <string>
#include <vector>

#include "benchmarks/layouts/laid_out.h"

namespace adrep {

/// The parts of a shown value; "" where it has none.
struct ValueText {
  std::string value;      ///< "95.9", "undef."
  std::string delta;      ///< "+0.3", "-0.6"
  std::string deviation;  ///< "0.14": over seeds, of a sample
  bool best = false;
};

/// In the order of the field's metrics; none for an empty field.
std::vector<ValueText> value_texts(const LaidOut& table, const Field& field);

/// The letters of the marks that this field has and its column has not throughout: "io".
std::string own_marks(const LaidOut& table, size_t row, size_t column);

/// A run of columns with one head.
struct HeadSpan {
  std::string text;
  size_t first = 0, count = 1;
};

/// The heads of the d-th dimension of the columns, from column `begin` up to `end`; those of the innermost one carry
/// the marks of their column, "raw [o]".
std::vector<HeadSpan> head_spans(const LaidOut& table, size_t dimension, size_t begin, size_t end);

/// How many dimensions columns have, at least one: with none the head is that of the joined metrics.
size_t head_depth(const LaidOut& table);

/// What stands above the row heads: "backbone", "data set".
std::vector<std::string> row_headings(const LaidOut& table);

/// The heads of a row.
std::vector<std::string> all_heads(const LaidOut& table, size_t row);

/// The heads of a row, "" for those that are the same as in the row above.
std::vector<std::string> shown_row(const LaidOut& table, size_t row);

/// Whether the outermost head changes here, so that a rule stands above the row.
bool begins_block(const LaidOut& table, size_t row);

/// "io"
std::string mark_letters(const std::set<Mark>& marks);

/// For files that programs read: the dimensions of rows and columns but `metric`, what --compare calls one, and the
/// values of a field in their order.
std::vector<std::string> all_dimensions(const LaidOut& table);
std::string exported_name(const std::string& dimension);
std::vector<std::string> all_values(const LaidOut& table, size_t row, size_t column);

/// "o: oracle: …", one line a mark.
std::vector<std::string> mark_lines(const LaidOut& table);

}  // namespace adrep
