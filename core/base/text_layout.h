#pragma once
#include <string>

namespace adrep {

/// How many columns of a terminal a UTF-8 text takes (one a code point).
size_t shown_width(const std::string& text);

/// The text if it takes at most `width` columns, else its beginning and "…" in exactly so many.
std::string shortened(const std::string& text, size_t width);

/// The text filled up with spaces to `width` columns.
std::string padded(const std::string& text, size_t width, bool right);

/// A field of a CSV line, quoted where it must be.
std::string csv_field(const std::string& text);

/// The same for people's spreadsheets: text that would be a formula there (it begins with = + - or @) gets an
/// apostrophe.
std::string csv_label(const std::string& text);

/// Text of a Markdown table's cell or paragraph, with what means something there escaped.
std::string markdown_text(const std::string& text);

/// Text of a LaTeX table, with what means something there escaped.
std::string latex_text(const std::string& text);

}  // namespace adrep
