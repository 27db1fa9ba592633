#include <nlohmann/json.hpp>

#include "benchmarks/cells/cell.h"
#include "benchmarks/comparison/compare_formats.h"
#include "core/base/param_json.h"
#include "core/base/text_layout.h"

namespace adrep {
namespace {

using nlohmann::json;

json metric_json(const Interval& interval) {
  return {{"estimate", metric_json(interval.estimate)},
          {"low", metric_json(interval.low)},
          {"high", metric_json(interval.high)},
          {"undefined_replicates", interval.undefined}};
}

json ranks_json(const Comparison& c) {
  json methods = json::array(), data_sets = json::array(), alike = json::array();
  for (size_t m = 0; m < c.methods.size(); ++m)
    methods.push_back({{"method", c.methods[m]},
                       {"mean_rank", c.ranks.mean_ranks.empty() ? json({{"undefined", "no data set has all methods"}})
                                                                : json(c.ranks.mean_ranks[m])},
                       {"mean", metric_json(c.ranks.mean_values[m])}});
  for (const size_t d : c.ranks.data_sets) data_sets.push_back(c.data_sets[d]);
  for (const auto& set : c.ranks.alike) {
    alike.push_back(json::array());
    for (const size_t m : set) alike.back().push_back(c.methods[m]);
  }
  return {{"methods", methods},
          {"data_sets", data_sets},
          {"chi_square", metric_json(c.ranks.chi_square)},
          {"p_value", metric_json(c.ranks.p_value)},
          {"critical_difference", metric_json(c.ranks.critical_difference)},
          {"alike", alike}};
}

json pair_json(const Comparison& c, const PairComparison& pair) {
  json classes = json::array();
  for (const PairedClass& of_class : pair.classes)
    classes.push_back({{"data_set", c.data_sets[of_class.data_set]},
                       {"difference", metric_json(of_class.comparison.difference)},
                       {"p_value", metric_json(of_class.comparison.p_value)},
                       {"p_value_holm", metric_json(of_class.adjusted_p_value)}});
  json all = {{"first", c.methods[pair.first]}, {"second", c.methods[pair.second]}, {"classes", classes}};
  if (!pair.undefined.empty()) all["undefined"] = pair.undefined;
  return all;
}

json pairs_json(const Comparison& c) {
  json pairs = json::array();
  for (const PairComparison& pair : c.pairs) pairs.push_back(pair_json(c, pair));
  json all = {{"metric", c.settings.bootstrap}, {"pairs", pairs}};
  if (!c.no_pairs.empty()) all["undefined"] = c.no_pairs;
  return all;
}

json settings_json(const CompareSettings& settings) {
  json all;
  for (const Param& param : params_of<CompareSettings>().all())
    if (param.name != "output" && param.name != "threads") all[param.name] = param_json(param.get(&settings));
  return all;
}

/// One line of the CSV file.
struct CsvLine {
  std::string table, data_set = {}, method = {}, second_method = {}, quantity = {};
  Metric value = {};
  Metric low = Metric::none("none"), high = Metric::none("none"), p_value = Metric::none("none"),
         adjusted = Metric::none("none");
  int64_t seeds = 0;
};

}  // namespace

std::string comparison_as_json(const Comparison& c) {
  json values = json::array(), costs = json::array(), intervals = json::array();
  for (size_t d = 0; d < c.data_sets.size(); ++d)
    for (size_t m = 0; m < c.methods.size(); ++m)
      values.push_back({{"data_set", c.data_sets[d]},
                        {"method", c.methods[m]},
                        {"mean", metric_json(c.values[d][m].mean)},
                        {"std", metric_json(c.values[d][m].deviation)},
                        {"n", c.values[d][m].defined},
                        {"undefined", c.values[d][m].undefined}});
  for (const CostPoint& point : c.costs)
    costs.push_back({{"method", c.methods[point.method]},
                     {"accuracy", metric_json(point.accuracy)},
                     {"cost", metric_json(point.cost)},
                     {"on_front", point.on_front}});
  for (const ClassInterval& of_class : c.intervals)
    intervals.push_back({{"data_set", c.data_sets[of_class.data_set]},
                         {"method", c.methods[of_class.method]},
                         {"seeds", of_class.seeds},
                         {c.settings.bootstrap, metric_json(of_class.interval)}});
  json front = {{"methods", costs}};
  if (!c.no_front.empty()) front["undefined"] = c.no_front;
  const json all = {{"settings", settings_json(c.settings)},
                    {"values", values},
                    {"ranks", ranks_json(c)},
                    {"pairs", pairs_json(c)},
                    {"pareto", front},
                    {"intervals", intervals},
                    {"notes", c.notes}};
  return all.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

namespace {

std::vector<CsvLine> csv_lines(const Comparison& c) {
  std::vector<CsvLine> lines;
  for (size_t d = 0; d < c.data_sets.size(); ++d)
    for (size_t m = 0; m < c.methods.size(); ++m)
      lines.push_back({.table = "values",
                       .data_set = c.data_sets[d],
                       .method = c.methods[m],
                       .quantity = c.settings.metric,
                       .value = c.values[d][m].mean,
                       .seeds = c.values[d][m].defined});
  for (size_t m = 0; m < c.methods.size(); ++m)
    lines.push_back({.table = "ranks",
                     .method = c.methods[m],
                     .quantity = "mean_rank",
                     .value = c.ranks.mean_ranks.empty() ? Metric::none("no data set has all methods")
                                                         : Metric::measured(c.ranks.mean_ranks[m])});
  lines.push_back(
      {.table = "ranks", .quantity = "friedman_chi_square", .value = c.ranks.chi_square, .p_value = c.ranks.p_value});
  lines.push_back({.table = "ranks", .quantity = "critical_difference", .value = c.ranks.critical_difference});
  for (const PairComparison& pair : c.pairs)
    for (const PairedClass& of_class : pair.classes) {
      const Interval& difference = of_class.comparison.difference;
      lines.push_back({"pair", c.data_sets[of_class.data_set], c.methods[pair.first], c.methods[pair.second],
                       c.settings.bootstrap + "_difference", difference.estimate, difference.low, difference.high,
                       of_class.comparison.p_value, of_class.adjusted_p_value});
    }
  for (const CostPoint& point : c.costs) {
    lines.push_back({.table = point.on_front ? "pareto_front" : "pareto",
                     .method = c.methods[point.method],
                     .quantity = c.settings.metric,
                     .value = point.accuracy});
    lines.push_back({.table = point.on_front ? "pareto_front" : "pareto",
                     .method = c.methods[point.method],
                     .quantity = c.settings.cost,
                     .value = point.cost});
  }
  for (const ClassInterval& of_class : c.intervals)
    lines.push_back({.table = "intervals",
                     .data_set = c.data_sets[of_class.data_set],
                     .method = c.methods[of_class.method],
                     .quantity = c.settings.bootstrap,
                     .value = of_class.interval.estimate,
                     .low = of_class.interval.low,
                     .high = of_class.interval.high,
                     .seeds = of_class.seeds});
  return lines;
}

}  // namespace

std::string comparison_as_csv(const Comparison& c) {
  const auto number = [](const Metric& value) { return value.defined() ? fmt::format("{}", value.value) : ""; };
  std::string text = "table,data_set,method,second_method,quantity,value,low,high,p_value,p_value_holm,seeds,reason\n";
  for (const CsvLine& line : csv_lines(c))
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}\n", line.table, csv_field(line.data_set),
                        csv_field(line.method), csv_field(line.second_method), line.quantity, number(line.value),
                        number(line.low), number(line.high), number(line.p_value), number(line.adjusted),
                        line.seeds > 0 ? fmt::format("{}", line.seeds) : "", csv_field(line.value.undefined));
  return text;
}

}  // namespace adrep
