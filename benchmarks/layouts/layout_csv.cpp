#include <fmt/ranges.h>

#include "benchmarks/layouts/field_text.h"
#include "benchmarks/layouts/layout_formats.h"
#include "core/base/text_layout.h"

namespace adrep {
namespace {

std::string number(const Metric& value) {
  return value.defined() ? fmt::format("{:.10g}", value.value * 100) : "";
}

/// What --compare calls a dimension.
std::string column_name(const std::string& dimension) {
  return dimension == "data" ? "dataset" : dimension;
}

std::vector<std::string> dimensions_of(const LaidOut& table) {
  std::vector<std::string> dimensions = table.layout.rows;
  for (const std::string& dimension : table.layout.columns)
    if (dimension != "metric") dimensions.push_back(dimension);
  return dimensions;
}

/// The heads of a field in the order of dimensions_of.
std::vector<std::string> heads_of(const LaidOut& table, size_t row, size_t column) {
  std::vector<std::string> heads = table.rows[row];
  for (size_t d = 0; d < table.layout.columns.size(); ++d)
    if (table.layout.columns[d] != "metric") heads.push_back(table.columns[column][d]);
  return heads;
}

std::string marks_text(const Field& field) {
  std::string letters;
  for (const Mark mark : field.marks) letters += letter_of(mark);
  return letters;
}

}  // namespace

std::string layout_as_csv(const LaidOut& table) {
  std::string text;
  for (const std::string& dimension : dimensions_of(table)) text += csv_field(column_name(dimension)) + ",";
  text += "metric,value,delta,std,std_population,seeds,classes,planned_classes,protocol,selection,marks\n";
  for (size_t r = 0; r < table.rows.size(); ++r)
    for (size_t c = 0; c < table.columns.size(); ++c)
      for (const LaidOutValue& value : table.fields[r][c].values) {
        for (const std::string& head : heads_of(table, r, c)) text += csv_label(head) + ",";
        const Gathered& all = value.gathered;
        text += fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", value.metric, number(all.value),
                            value.delta ? fmt::format("{:.10g}", *value.delta) : "", number(all.deviation),
                            number(all.population_deviation), all.seeds, all.classes, all.planned_classes,
                            csv_field(fmt::format("{}", fmt::join(table.fields[r][c].protocols, "+"))),
                            csv_field(fmt::format("{}", fmt::join(table.fields[r][c].selections, "+"))),
                            marks_text(table.fields[r][c]));
      }
  return text;
}

std::string layout_as_json(const LaidOut& table) {
  using nlohmann::json;
  const auto value_json = [](const Metric& value) {
    return value.defined() ? json(value.value) : json{{"undefined", value.undefined}};
  };
  const std::vector<std::string> dimensions = dimensions_of(table);
  json all = {
      {"layout", table.layout.name}, {"caption", table.caption}, {"notes", table.notes}, {"values", json::array()}};
  for (const Mark mark : table.marks) all["marks"][std::string(1, letter_of(mark))] = meaning_of(mark);
  for (size_t r = 0; r < table.rows.size(); ++r)
    for (size_t c = 0; c < table.columns.size(); ++c)
      for (const LaidOutValue& value : table.fields[r][c].values) {
        json one = {{"metric", value.metric},
                    {"value", value_json(value.gathered.value)},
                    {"seeds", value.gathered.seeds},
                    {"classes", value.gathered.classes},
                    {"planned_classes", value.gathered.planned_classes},
                    {"protocol", fmt::format("{}", fmt::join(table.fields[r][c].protocols, "+"))},
                    {"selection", fmt::format("{}", fmt::join(table.fields[r][c].selections, "+"))},
                    {"marks", marks_text(table.fields[r][c])}};
        const std::vector<std::string> heads = heads_of(table, r, c);
        for (size_t d = 0; d < heads.size(); ++d) one[column_name(dimensions[d])] = heads[d];
        if (value.delta) one["delta_points"] = *value.delta;
        if (value.gathered.deviation.defined()) {
          one["std"] = value.gathered.deviation.value;
          one["std_population"] = value.gathered.population_deviation.value;
        }
        all["values"].push_back(std::move(one));
      }
  return all.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace adrep
