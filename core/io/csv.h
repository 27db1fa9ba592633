#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace adrep {

/// One record of a CSV file and the line it begins in.
struct CsvRecord {
  int64_t line = 0;
  std::vector<std::string> fields;
};

/// Throws InputError "WHERE: …" for text that is UTF-16.
void require_utf8(std::string_view text, const std::string& where);

/// What a quote means in a field that does not begin with one, and a carriage return that ends no line.
enum class CsvLeniency { strict, lenient };

/// Records one by one (RFC 4180): commas (semicolons or tabs where the first line has these and no comma), fields in
/// double quotes where needed, which may hold separators, line breaks and doubled quotes; LF or CRLF; a byte-order mark
/// and empty lines are skipped. Lenient: a quote inside a field stands for itself, and CR alone ends a line; strict:
/// both are refused.
class CsvRecords {
 public:
  static constexpr size_t max_fields = 64;   ///< of a record
  static constexpr size_t max_field = 4096;  ///< bytes

  /// `text` must outlive this; `name`: the file, for messages. Throws InputError for UTF-16.
  CsvRecords(std::string_view text, std::string name, CsvLeniency leniency);

  /// None at the end. Throws InputError "NAME:LINE: …" for a quote that is never closed or has text after it, fields
  /// that are too long or too many, and zero bytes.
  std::optional<CsvRecord> next();

 private:
  std::string field();
  void check_end() const;
  bool at_end_of_field() const;
  [[noreturn]] void fail(std::string_view what) const;

  std::string_view text_;
  std::string name_;
  CsvLeniency leniency_;
  char separator_ = ',';
  size_t at_ = 0;
  int64_t line_ = 1, record_line_ = 1;
};

/// All records, strictly. A line with nothing but an empty field is none.
std::vector<CsvRecord> parse_csv(std::string_view text, const std::string& where);

}  // namespace adrep
