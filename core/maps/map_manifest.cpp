#include <algorithm>

#include "core/base/atomic_file.h"
#include "core/base/names.h"
#include "core/base/paths.h"
#include "core/io/csv.h"
#include "core/io/damaged.h"
#include "core/io/json_lines.h"
#include "core/maps/map_files.h"
#include "core/maps/number_text.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMaxManifest = uint64_t{256} << 20;
const std::vector<std::string> kColumns = {"map", "mask", "label", "image_score"};

/// One line's values by column; absent ones are "".
using Row = std::map<std::string, std::string>;

/// A file below the manifest's folder.
fs::path file_below(const fs::path& folder, const std::string& text, const std::string& place) {
  const fs::path relative = fs::path(text).lexically_normal();
  if (relative.is_absolute() || relative.begin()->string() == "..")
    throw_input("{}: '{}' is not below the manifest's folder: write paths relative to it", place, printable(text));
  std::error_code failed;
  const fs::path root = fs::canonical(folder, failed), real = fs::weakly_canonical(folder / relative, failed);
  if (failed || std::mismatch(root.begin(), root.end(), real.begin(), real.end()).first != root.end())
    throw_input("{}: '{}' leads out of the manifest's folder", place, printable(text));
  return folder / relative;
}

std::optional<bool> label_of(const std::string& text, const std::string& place) {
  if (text.empty()) return std::nullopt;
  if (text == "0" || text == "normal" || text == "false") return false;
  if (text == "1" || text == "anomalous" || text == "true") return true;
  throw_input("{}: label '{}': expected 0 or normal, 1 or anomalous", place, printable(text));
}

MapEntry entry_of(const Row& row, const fs::path& folder, const std::string& place) {
  const auto value = [&](const char* column) {
    const auto found = row.find(column);
    return found == row.end() ? std::string() : found->second;
  };
  const auto is_there = [&](const std::string& name) {
    std::error_code failed;
    return fs::exists(folder / name, failed);
  };
  MapEntry entry;
  const std::string map = with_slashes(value("map"), is_there), mask = with_slashes(value("mask"), is_there),
                    score = value("image_score");
  if (map.empty()) throw_input("{}: no map", place);
  entry.map = file_below(folder, map, place);
  entry.name = fs::path(map).lexically_normal().replace_extension().generic_string();
  if (!mask.empty()) entry.mask = file_below(folder, mask, place);
  entry.anomalous = label_of(value("label"), place);
  entry.shows_defect = entry.anomalous.value_or(false);
  if (!score.empty()) {
    entry.image_score = finite_number(score);
    if (!entry.image_score) throw_input("{}: image_score '{}' is not a finite number", place, printable(score));
  }
  return entry;
}

void check_column(const std::string& column, const std::string& place) {
  if (std::find(kColumns.begin(), kColumns.end(), column) == kColumns.end())
    throw_input("{}: unknown column '{}': {}", place, printable(column), suggestion(column, kColumns));
}

std::vector<std::pair<std::string, Row>> csv_rows(const std::string& text, const std::string& where) {
  std::vector<std::pair<std::string, Row>> rows;
  const std::vector<CsvRecord> records = parse_csv(text, where);
  if (records.empty()) throw_input("{}: the manifest is empty: expected the columns {}", where, listed(kColumns));
  const std::vector<std::string>& columns = records[0].fields;
  for (const std::string& column : columns) check_column(column, fmt::format("{}:{}", where, records[0].line));
  for (size_t r = 1; r < records.size(); ++r) {
    const std::string place = fmt::format("{}:{}", where, records[r].line);
    if (records[r].fields.size() != columns.size())
      throw_input("{}: {} fields, the first line has {}", place, records[r].fields.size(), columns.size());
    Row row;
    for (size_t c = 0; c < columns.size(); ++c)
      if (!row.emplace(columns[c], records[r].fields[c]).second)
        throw_input("{}:{}: the column '{}' is there twice", where, records[0].line, columns[c]);
    rows.emplace_back(place, std::move(row));
  }
  return rows;
}

std::vector<std::pair<std::string, Row>> json_rows(const std::string& text, const std::string& where) {
  std::vector<std::pair<std::string, Row>> rows;
  for_each_json_line(
      text, where, ", for example {\"map\": \"a.npy\"}", [&](const nlohmann::json& object, int64_t line) {
        const std::string place = fmt::format("{}:{}", where, line);
        Row row;
        for (const auto& [column, value] : object.items()) {
          check_column(column, place);
          if (value.is_structured()) throw_input("{}: '{}' must be a text or a number", place, column);
          row[column] = value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump();
        }
        rows.emplace_back(place, std::move(row));
      });
  return rows;
}

}  // namespace

std::vector<MapEntry> read_map_manifest(const fs::path& file) {
  const std::string text = read_file(file, kMaxManifest), where = file.string();
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  std::vector<MapEntry> entries;
  std::map<std::string, std::string> places;
  for (const auto& [place, row] : file.extension() == ".csv" ? csv_rows(text, where) : json_rows(text, where)) {
    entries.push_back(entry_of(row, folder, place));
    if (const auto [first, added] = places.emplace(entries.back().map.string(), place); !added)
      throw_input("{}: the map '{}' is in {} already", place, printable(entries.back().map.string()), first->second);
  }
  if (entries.empty()) throw_input("{}: the manifest names no map", where);
  return entries;
}

}  // namespace adrep
