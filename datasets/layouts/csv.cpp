#include "datasets/layouts/csv.h"

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

CsvReader::CsvReader(std::string text, std::string name)
    : text_(std::move(text)), name_(std::move(name)), records_(text_, name_, CsvLeniency::lenient) {
  std::optional<CsvRecord> record = records_.next();
  if (!record) throw_input("{}: an empty table: it needs a line with the names of its columns", name_);
  header_ = std::move(record->fields);
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
  std::optional<CsvRecord> record = records_.next();
  if (!record) return std::nullopt;
  row_line_ = record->line;
  if (record->fields.size() != header_.size())
    throw_input("{}:{}: {} fields where the header has {}", name_, row_line_, record->fields.size(), header_.size());
  return std::move(record->fields);
}

}  // namespace adrep
