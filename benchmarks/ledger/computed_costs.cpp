#include "benchmarks/ledger/computed_costs.h"

#include "benchmarks/speed/projector_costs.h"
#include "core/base/error.h"

namespace adrep {

std::optional<double> computed_cost(const std::string& backbone, const std::string& metric) {
  static const std::vector<ProjectorCost> costs = projector_costs();
  for (const ProjectorCost& cost : costs) {
    if (cost.backbone != backbone) continue;
    if (metric == "parameters") return static_cast<double>(cost.counted_parameters) / 1e6;
    if (metric == "flops") return cost.counted_flops / 1e9;
  }
  return std::nullopt;
}

LaidOut lay_out_costs(const Layout& layout) {
  using Dimensions = std::vector<std::string>;
  if (layout.rows != Dimensions{"backbone"} || layout.columns != Dimensions{"metric"})
    throw_input("layout {}: costs have the rows [backbone] and the columns [metric]", layout.name);
  LaidOut table;
  table.layout = layout;
  table.scale = 1;
  for (const std::string& metric : layout.metrics) {
    if (metric != "parameters" && metric != "flops")
      throw_input("layout {}: costs have the metrics parameters and flops, not '{}'", layout.name, metric);
    table.columns.push_back({metric});
    table.column_marks.emplace_back();
  }
  for (const ProjectorCost& cost : projector_costs()) {
    table.rows.push_back({cost.backbone});
    std::vector<Field>& fields = table.fields.emplace_back();
    for (const std::string& metric : layout.metrics) {
      Gathered computed;
      computed.value = Metric::measured(*computed_cost(cost.backbone, metric));
      computed.deviation = computed.population_deviation = Metric::none("computed");
      fields.emplace_back().values.push_back({metric, computed});
    }
  }
  table.caption =
      layout.title +
      ". Computed, as the paper counts: four projectors without their gates, and the map of the references; "
      "32 images, 256 references, a multiply-add as one.";
  table.notes = {"adrep inspect --table7 counts everything, for one image"};
  return table;
}

}  // namespace adrep
