#include "datasets/csv.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/names.h"
#include "datasets/listing.h"

namespace adrep {
namespace {

/// The names, each on one line and not endless: they come from the file.
std::vector<std::string> printable(const std::vector<std::string>& names) {
  std::vector<std::string> result;
  for (const std::string& name : names) result.push_back(escaped(name.substr(0, 40)));
  return result;
}

}  // namespace

CsvReader::CsvReader(std::string text, std::string name) : text_(std::move(text)), name_(std::move(name)) {
  if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
  std::optional<std::vector<std::string>> row = read_row();
  if (!row) throw_input("{}: an empty table: it needs a line with the names of its columns", name_);
  header_ = std::move(*row);
}

std::optional<size_t> CsvReader::column(std::string_view name) const {
  const auto place = std::find(header_.begin(), header_.end(), name);
  if (place == header_.end()) return std::nullopt;
  if (std::find(place + 1, header_.end(), name) != header_.end())
    throw_input("{}:1: the column '{}' is there twice", name_, name);
  return static_cast<size_t>(place - header_.begin());
}

size_t CsvReader::required_column(std::string_view name) const {
  const std::optional<size_t> place = column(name);
  if (!place) throw_input("{}:1: no column '{}' among {}", name_, name, listed(printable(header_)));
  return *place;
}

std::optional<std::vector<std::string>> CsvReader::next() {
  std::optional<std::vector<std::string>> row = read_row();
  if (row && row->size() != header_.size())
    throw_input("{}:{}: {} fields where the header has {}", name_, row_line_, row->size(), header_.size());
  return row;
}

std::optional<std::vector<std::string>> CsvReader::read_row() {
  while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) line_ += text_[at_++] == '\n';
  if (at_ >= text_.size()) return std::nullopt;
  row_line_ = line_;
  std::vector<std::string> row;
  while (true) {
    row.push_back(read_field());
    if (row.size() > max_columns) fail(fmt::format("more than {} fields", max_columns));
    if (at_ < text_.size() && text_[at_] == ',') {
      ++at_;
      continue;
    }
    return row;
  }
}

std::string CsvReader::read_field() {
  std::string field;
  const bool quoted = at_ < text_.size() && text_[at_] == '"';
  if (quoted) ++at_;
  while (true) {
    if (at_ >= text_.size()) {
      if (quoted) fail("a quote that is never closed");
      return field;
    }
    const char c = text_[at_];
    if (c == '\0') fail("a zero byte: not a text file");
    if (quoted && c == '"') {
      ++at_;
      if (at_ >= text_.size() || text_[at_] != '"') break;
    } else if (!quoted && (c == ',' || c == '\n' || c == '\r')) {
      return field;
    }
    line_ += c == '\n';
    field += c;
    ++at_;
    if (field.size() > max_field) fail(fmt::format("a field of more than {} bytes", max_field));
  }
  if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r')
    fail("text after a closing quote");
  return field;
}

void CsvReader::fail(std::string_view what) const {
  throw_input("{}:{}: {}", name_, row_line_, what);
}

}  // namespace adrep
