#include <fmt/ranges.h>

#include "benchmarks/layouts/field_text.h"
#include "benchmarks/layouts/layout_formats.h"

namespace adrep {

std::string layout_as_json(const LaidOut& table) {
  using nlohmann::json;
  const auto value_json = [](const Metric& value) {
    return value.defined() ? json(value.value) : json{{"undefined", value.undefined}};
  };
  const std::vector<std::string> dimensions = all_dimensions(table);
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
                    {"marks", mark_letters(table.fields[r][c].marks)}};
        const std::vector<std::string> heads = all_values(table, r, c);
        for (size_t d = 0; d < heads.size(); ++d) one[exported_name(dimensions[d])] = heads[d];
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
