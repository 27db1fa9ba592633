#pragma once
#include <string>

namespace adrep {

/// How many columns of a terminal a UTF-8 text takes (one a code point).
size_t shown_width(const std::string& text);

/// The text filled up with spaces to `width` columns.
std::string padded(const std::string& text, size_t width, bool right);

/// A field of a CSV line, quoted where it must be.
std::string csv_field(const std::string& text);

/// Text of a LaTeX table, with what means something there escaped.
std::string latex_text(const std::string& text);

}  // namespace adrep
