#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace adrep {

/// One record of a CSV file and the line it begins in.
struct CsvRecord {
  int64_t line = 0;
  std::vector<std::string> fields;
};

/// RFC 4180: commas, fields in double quotes where needed, quotes doubled inside; LF or CRLF; a byte-order mark and
/// empty lines are skipped. Throws InputError "WHERE:LINE: …" for a quote that is not closed or not at a field's ends.
std::vector<CsvRecord> parse_csv(std::string_view text, const std::string& where);

}  // namespace adrep
