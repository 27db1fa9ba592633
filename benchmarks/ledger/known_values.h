#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/layouts/dimensions.h"

namespace adrep {

/// A number that somebody gives for a place: the paper, another paper that it cites, or a table of anybody's.
struct KnownValue {
  std::string table{};                         ///< of the paper: "1", "2a"; "" for none
  Place place{};                               ///< `data`, `backbone`, …; what is not named may be anything
  std::string metric{};                        ///< "image_auroc"
  double value = 0;                            ///< in percent, or in `unit`
  int64_t digits = 1;                          ///< after the point, as it is printed
  std::optional<double> deviation{}, delta{};  ///< as printed: ±, and the signed difference to raw features
  std::string unit{};                          ///< "M", "G"; "" for percent
  std::string method{};                        ///< of a cited row: "winclip"
  std::string cited_from{};                    ///< another paper; "" for an own number
  bool cited = false;
  std::string flag{};  ///< "misprint", "contradicted", or ""
  std::string note{};
  int64_t line = 0;  ///< of its file
  /// By which rules: `classes`, `seeds`, `protocol`, `selection`, where it is known.
  std::map<std::string, std::string> rules{};
};

/// The columns that a table of values may have besides the axes of sweeps.
const std::vector<std::string>& value_columns();

/// The values of a CSV text with a line of headings: `metric` and `value` (percent), any of value_columns(), and axes
/// of the paper's sweeps (tau, …). Lines without a value are skipped. Throws InputError with file and line for unknown
/// columns, missing ones, and what is no number.
std::vector<KnownValue> parse_values(const std::string& text, const std::string& name);
std::vector<KnownValue> read_values(const std::filesystem::path& file);

/// All 1 156 published numbers, in the order of the tables (results/paper/*.csv).
std::vector<KnownValue> paper_values();

}  // namespace adrep
