#pragma once
#include <filesystem>
#include <string>

#include "benchmarks/comparison/compare.h"

namespace adrep {

/// For the terminal; rows of note in bold where `colour`. Of many pairs the first 45 are shown.
std::string comparison_as_text(const Comparison& comparison, bool colour);
std::string comparison_as_markdown(const Comparison& comparison);
/// The tables of the terminal, whole, for a document with booktabs; titles and notes are comments.
std::string comparison_as_latex(const Comparison& comparison);
/// One page that needs no network, with plots.
std::string comparison_as_html(const Comparison& comparison);
/// One line a number: table, data set, method, second method, quantity, value, low, high, p-value, corrected p-value,
/// seeds, reason. Undefined numbers are empty fields with a reason.
std::string comparison_as_csv(const Comparison& comparison);
std::string comparison_as_json(const Comparison& comparison);

/// Writes the format that the file's ending names. Throws InputError for another one.
void write_comparison(const std::filesystem::path& file, const Comparison& comparison);
/// Throws InputError when the ending names no format.
void check_comparison_file(const std::filesystem::path& file);

}  // namespace adrep
