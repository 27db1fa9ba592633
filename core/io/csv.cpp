#include "core/io/csv.h"

#include <algorithm>

#include "core/base/error.h"

namespace adrep {
namespace {

/// What the first line is divided by: ',' unless it has none and has a semicolon (spreadsheets of many countries) or a
/// tab.
char separator_of(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  bool quoted = false, semicolon = false, tab = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == ',') return ',';
    semicolon = semicolon || c == ';';
    tab = tab || c == '\t';
  }
  return semicolon ? ';' : tab ? '\t' : ',';
}

}  // namespace

void require_utf8(std::string_view text, const std::string& where) {
  using namespace std::string_view_literals;
  const bool marked = text.starts_with("\xFF\xFE"sv) || text.starts_with("\xFE\xFF"sv);
  const bool wide = text.size() > 1 && (text[0] == '\0') != (text[1] == '\0');
  if (marked || wide) throw_input("{}: text in UTF-16: save it as UTF-8", where);
}

CsvRecords::CsvRecords(std::string_view text, std::string name, CsvLeniency leniency)
    : text_(text), name_(std::move(name)), leniency_(leniency) {
  require_utf8(text_, name_);
  if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  separator_ = separator_of(text_.substr(at_));
}

std::optional<CsvRecord> CsvRecords::next() {
  while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) {
    check_end();
    line_ += text_[at_++] == '\n';
  }
  if (at_ >= text_.size()) return std::nullopt;
  record_line_ = line_;
  CsvRecord record{record_line_, {}};
  while (true) {
    record.fields.push_back(field());
    if (record.fields.size() > max_fields) fail(fmt::format("more than {} fields", max_fields));
    if (at_ >= text_.size() || text_[at_] != separator_) return record;
    ++at_;
  }
}

std::string CsvRecords::field() {
  std::string value;
  const bool quoted = at_ < text_.size() && text_[at_] == '"';
  if (quoted) ++at_;
  while (true) {
    if (at_ >= text_.size()) {
      if (quoted) fail("a quote that is never closed");
      return value;
    }
    const char c = text_[at_];
    if (c == '\0') fail("a zero byte: not a text file");
    if (quoted && c == '"') {
      ++at_;
      if (at_ >= text_.size() || text_[at_] != '"') break;
    } else if (!quoted && at_end_of_field()) {
      check_end();
      return value;
    } else if (!quoted && c == '"' && leniency_ == CsvLeniency::strict) {
      fail("a quote inside a field: put the whole field in quotes and double those in it");
    }
    line_ += c == '\n';
    value += c;
    ++at_;
    if (value.size() > max_field) fail(fmt::format("a field of more than {} bytes", max_field));
  }
  if (!at_end_of_field()) fail("text after a closing quote");
  check_end();
  return value;
}

bool CsvRecords::at_end_of_field() const {
  return at_ >= text_.size() || text_[at_] == separator_ || text_[at_] == '\n' || text_[at_] == '\r';
}

void CsvRecords::check_end() const {
  const bool lone = at_ + 1 < text_.size() && text_[at_] == '\r' && text_[at_ + 1] != '\n';
  if (lone && leniency_ == CsvLeniency::strict) fail("a carriage return that ends no line");
}

void CsvRecords::fail(std::string_view what) const {
  throw_input("{}:{}: {}", name_, record_line_, what);
}

std::vector<CsvRecord> parse_csv(std::string_view text, const std::string& where) {
  CsvRecords reader(text, where, CsvLeniency::strict);
  std::vector<CsvRecord> records;
  while (std::optional<CsvRecord> record = reader.next())
    if (record->fields.size() > 1 || !record->fields[0].empty()) records.push_back(std::move(*record));
  return records;
}

}  // namespace adrep
