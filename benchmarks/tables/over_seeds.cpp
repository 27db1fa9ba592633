#include "benchmarks/tables/over_seeds.h"

namespace adrep {
namespace {

/// Rows with the same name, in order of first appearance.
template <class Name>
std::vector<std::vector<const TableRow*>> grouped(const std::vector<TableRow>& rows, const Name& name_of) {
  std::vector<std::vector<const TableRow*>> groups;
  std::map<std::string, size_t> group_of;
  for (const TableRow& row : rows) {
    const auto [place, added] = group_of.emplace(name_of(row), groups.size());
    if (added) groups.emplace_back();
    groups[place->second].push_back(&row);
  }
  return groups;
}

std::vector<Metric> column_of(const std::vector<const TableRow*>& rows, size_t column) {
  std::vector<Metric> values;
  for (const TableRow* row : rows) values.push_back(row->values[column]);
  return values;
}

TableRow mean_of_classes(const std::vector<const TableRow*>& rows) {
  const TableRow& first = *rows.front();
  TableRow mean{first.data_set, "mean", first.detector, first.features, first.variant, {}, std::ssize(rows)};
  mean.planned_classes = mean.classes;
  mean.is_mean = true;
  mean.seeds = first.seeds;
  for (size_t column = 0; column < first.values.size(); ++column) {
    const Summary summary = summarise(column_of(rows, column));
    mean.defined_on.push_back(summary.defined);
    mean.values.push_back(summary.defined > 0 ? summary.mean : Metric::none("undefined for every class"));
  }
  return mean;
}

}  // namespace

std::string method_of(const TableRow& row) {
  return row.detector + "|" + row.features + "|" + row.variant;
}

std::vector<TableRow> class_means(const std::vector<TableRow>& rows) {
  std::vector<TableRow> means;
  for (const auto& members : grouped(rows, [](const TableRow& row) { return method_of(row) + "|" + row.seeds; }))
    means.push_back(mean_of_classes(members));
  return means;
}

std::vector<TableRow> rows_over_seeds(const std::vector<TableRow>& seed_rows) {
  std::vector<TableRow> rows;
  for (const auto& members :
       grouped(seed_rows, [](const TableRow& row) { return row.class_name + "|" + method_of(row); })) {
    const TableRow& first = *members.front();
    TableRow row{first.data_set, first.class_name, first.detector, first.features, first.variant, {}};
    for (size_t column = 0; column < first.values.size(); ++column) {
      row.over_seeds.push_back(summarise(column_of(members, column)));
      row.values.push_back(row.over_seeds.back().mean);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<TableRow> class_means_over_seeds(const std::vector<TableRow>& rows,
                                             const std::vector<TableRow>& seed_rows) {
  std::vector<TableRow> means = class_means(rows);
  for (TableRow& mean : means) {
    std::vector<TableRow> of_method;
    for (const TableRow& row : seed_rows)
      if (method_of(row) == method_of(mean)) of_method.push_back(row);
    const auto seeds = grouped(of_method, [](const TableRow& row) { return row.seeds; });
    for (size_t column = 0; column < mean.values.size(); ++column) {
      const auto defined_in = [&](const std::vector<const TableRow*>& of_seed) {
        return summarise(column_of(of_seed, column)).defined;
      };
      int64_t classes = 0;
      for (const TableRow& row : rows) classes += method_of(row) == method_of(mean) && row.values[column].defined();
      std::vector<Metric> means_of_seeds;
      for (const auto& of_seed : seeds)
        means_of_seeds.push_back(defined_in(of_seed) == classes ? mean_of_classes(of_seed).values[column]
                                                                : Metric::none("a class is missing"));
      Summary summary = summarise(means_of_seeds);
      summary.mean = mean.values[column];
      mean.over_seeds.push_back(summary);
    }
  }
  return means;
}

}  // namespace adrep
