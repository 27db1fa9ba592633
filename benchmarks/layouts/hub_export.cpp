#include "benchmarks/layouts/hub_export.h"

#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "core/base/error.h"

namespace adrep {
namespace {

/// The value of a dimension at a field, or "".
std::string head_of(const LaidOut& table, const std::string& wanted, size_t row, size_t column) {
  for (size_t d = 0; d < table.layout.rows.size(); ++d)
    if (table.layout.rows[d] == wanted) return table.rows[row][d];
  for (size_t d = 0; d < table.layout.columns.size(); ++d)
    if (table.layout.columns[d] == wanted) return table.columns[column][d];
  return "";
}

std::string hub_id_of(const std::string& data_set, const std::map<std::string, std::string>& ids) {
  const auto id = ids.find(data_set);
  if (id == ids.end())
    throw_input("--hub-id {}=ORG/NAME is missing: the Hub's results name the data set by its repository", data_set);
  const std::string& name = id->second;
  if (std::count(name.begin(), name.end(), '/') != 1 || name.front() == '/' || name.back() == '/')
    throw_input("--hub-id {}={}: give the repository as ORG/NAME", data_set, name);
  return name;
}

/// Method and rules in one line.
std::string notes_of(const LaidOut& table, const Field& field, const LaidOutValue& value, size_t row, size_t column) {
  std::vector<std::string> parts;
  for (const auto* dimensions : {&table.layout.rows, &table.layout.columns})
    for (const std::string& dimension : *dimensions)
      if (dimension != "data" && dimension != "metric")
        if (const std::string head = head_of(table, dimension, row, column); !head.empty()) parts.push_back(head);
  parts.push_back(fmt::format("protocol {}", fmt::join(field.protocols, "+")));
  parts.push_back(fmt::format("selection {}", fmt::join(field.selections, "+")));
  parts.push_back(fmt::format("{} of {} classes", value.gathered.classes, value.gathered.planned_classes));
  parts.push_back(value.gathered.seeds == 1 ? "1 seed" : fmt::format("{} seeds", value.gathered.seeds));
  for (const Mark mark : field.marks) parts.push_back(meaning_of(mark).substr(0, meaning_of(mark).find(':')));
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::string layout_as_hub_results(const LaidOut& table, const std::map<std::string, std::string>& dataset_ids) {
  if (!stands_in(table.layout, "data"))
    throw_input("layout {}: results for the Hub need a layout with the dimension data", table.layout.name);
  YAML::Emitter out;
  out << YAML::BeginSeq;
  for (size_t r = 0; r < table.rows.size(); ++r)
    for (size_t c = 0; c < std::max<size_t>(1, table.columns.size()); ++c)
      for (const LaidOutValue& value : table.fields[r][c].values) {
        if (!value.gathered.value.defined()) continue;
        out << YAML::BeginMap << YAML::Key << "dataset" << YAML::Value << YAML::BeginMap;
        out << YAML::Key << "id" << YAML::Value << hub_id_of(head_of(table, "data", r, c), dataset_ids);
        out << YAML::Key << "task_id" << YAML::Value << value.metric << YAML::EndMap;
        out << YAML::Key << "value" << YAML::Value << fmt::format("{:.4f}", value.gathered.value.value * 100);
        out << YAML::Key << "notes" << YAML::Value << YAML::DoubleQuoted
            << notes_of(table, table.fields[r][c], value, r, c) << YAML::EndMap;
      }
  out << YAML::EndSeq;
  return std::string(out.c_str()) + "\n";
}

}  // namespace adrep
