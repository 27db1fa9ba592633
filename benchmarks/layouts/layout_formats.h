#pragma once
#include "benchmarks/layouts/laid_out.h"

namespace adrep {

/// For the terminal: blocks of columns that each fit `width` (0: no limit), the row heads repeated; best values in bold
/// where `colour`.
std::string layout_as_text(const LaidOut& table, bool colour, size_t width);
std::string layout_as_markdown(const LaidOut& table);
/// A `table*` for booktabs, scaled to the text's width where it is wider.
std::string layout_as_latex(const LaidOut& table);
/// A page of its own that needs no other file.
std::string layout_as_html(const LaidOut& table);
/// One line a value, unrounded percents, dimensions by their names in configurations: what `--compare` reads.
std::string layout_as_csv(const LaidOut& table);
std::string layout_as_json(const LaidOut& table);

}  // namespace adrep
