#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace adrep {

/// A table of comma-separated values with a header line, read row by row (RFC 4180: quoted fields may hold commas,
/// line breaks and doubled quotes). A byte-order mark, CRLF line ends and empty lines are accepted.
class CsvReader {
 public:
  static constexpr size_t max_columns = 64;
  static constexpr size_t max_field = 4096;         ///< bytes
  static constexpr uint64_t max_bytes = 256 << 20;  ///< of a file

  /// `name`: the file, for messages. Throws InputError when there is no header line.
  CsvReader(std::string text, std::string name);

  const std::vector<std::string>& header() const { return header_; }
  /// The column of this name, none when there is no such column. Throws InputError when it is there twice.
  std::optional<size_t> column(std::string_view name) const;
  /// Throws InputError when there is no such column.
  size_t required_column(std::string_view name) const;

  /// The next row, as many fields as the header has; none at the end. Throws InputError "FILE:LINE: …" for rows of
  /// another length, fields that are too long, unterminated quotes and zero bytes.
  std::optional<std::vector<std::string>> next();
  /// The line on which the last row began, from 1.
  int64_t line() const { return row_line_; }

 private:
  std::optional<std::vector<std::string>> read_row();
  std::string read_field();
  [[noreturn]] void fail(std::string_view what) const;

  std::string text_, name_;
  size_t at_ = 0;
  int64_t line_ = 1, row_line_ = 1;
  std::vector<std::string> header_;
};

}  // namespace adrep
