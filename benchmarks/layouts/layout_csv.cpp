#include <fmt/ranges.h>

#include "benchmarks/layouts/field_text.h"
#include "benchmarks/layouts/layout_formats.h"
#include "core/base/text_layout.h"

namespace adrep {
namespace {

std::string csv_value(const Metric& value, double scale) {
  return value.defined() ? fmt::format("{:.10g}", value.value * scale) : "";
}

}  // namespace

std::string layout_as_csv(const LaidOut& table) {
  std::string text;
  for (const std::string& dimension : all_dimensions(table)) text += csv_field(exported_name(dimension)) + ",";
  text += "metric,value,delta,std,std_population,seeds,classes,planned_classes,protocol,selection,marks\n";
  for (size_t r = 0; r < table.rows.size(); ++r)
    for (size_t c = 0; c < table.columns.size(); ++c)
      for (const LaidOutValue& value : table.fields[r][c].values) {
        for (const std::string& head : all_values(table, r, c)) text += csv_label(head) + ",";
        const Gathered& all = value.gathered;
        text +=
            fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", value.metric, csv_value(all.value, table.scale),
                        value.delta ? fmt::format("{:.10g}", *value.delta) : "", csv_value(all.deviation, table.scale),
                        csv_value(all.population_deviation, table.scale), all.seeds, all.classes, all.planned_classes,
                        csv_field(fmt::format("{}", fmt::join(table.fields[r][c].protocols, "+"))),
                        csv_field(fmt::format("{}", fmt::join(table.fields[r][c].selections, "+"))),
                        mark_letters(table.fields[r][c].marks));
      }
  return text;
}

}  // namespace adrep
