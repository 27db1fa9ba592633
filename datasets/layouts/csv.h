#pragma once
#include "core/io/csv.h"

namespace adrep {

/// A table of comma-separated values with a header line, read row by row, leniently.
class CsvReader {
 public:
  static constexpr uint64_t max_bytes = 256 << 20;  ///< of a file

  /// `name`: the file, for messages. Throws InputError when there is no header line.
  CsvReader(std::string text, std::string name);
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  const std::vector<std::string>& header() const { return header_; }
  /// The column of this name, none when there is no such column. Throws InputError when it is there twice.
  std::optional<size_t> column(std::string_view name) const;
  /// Throws InputError when there is no such column.
  size_t required_column(std::string_view name) const;

  /// The next row, as many fields as the header has; none at the end. Throws InputError "FILE:LINE: …" for rows of
  /// another length, and what CsvRecords throws.
  std::optional<std::vector<std::string>> next();
  /// The line on which the last row began, from 1.
  int64_t line() const { return row_line_; }

 private:
  std::string text_, name_;
  CsvRecords records_;
  int64_t row_line_ = 1;
  std::vector<std::string> header_;
};

}  // namespace adrep
