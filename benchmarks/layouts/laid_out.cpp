#include "benchmarks/layouts/laid_out.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "benchmarks/cells/result_names.h"
#include "benchmarks/layouts/caption.h"
#include "benchmarks/layouts/dimensions.h"
#include "benchmarks/tables/changed_settings.h"
#include "benchmarks/tables/table_notes.h"
#include "core/base/error.h"
#include "core/base/names.h"

namespace adrep {
namespace {

using Results = std::vector<const StoredResult*>;

/// A dimension of `where` that no result has is a mistake, not a choice.
void check_where(const ResultSet& set, const Layout& layout) {
  for (const auto& [dimension, values] : layout.where) {
    const bool known = std::any_of(set.results().begin(), set.results().end(), [&](const StoredResult& result) {
      const std::vector<Place> places = places_of(result);
      return std::any_of(places.begin(), places.end(), [&](const Place& place) { return place.contains(dimension); });
    });
    if (!known) throw_input("layout {}: where: no result has '{}'", layout.name, dimension);
  }
}

/// The results that the layout's `where` leaves.
std::vector<StoredResult> wanted_results(const ResultSet& set, const Layout& layout) {
  std::vector<StoredResult> wanted;
  for (const StoredResult& result : set.results()) {
    const std::vector<Place> places = places_of(result);
    const bool fits = std::any_of(places.begin(), places.end(), [&](const Place& place) {
      return std::all_of(layout.where.begin(), layout.where.end(), [&](const auto& condition) {
        const auto value = place.find(condition.first);
        return value != place.end() && std::count(condition.second.begin(), condition.second.end(), value->second) > 0;
      });
    });
    if (fits) wanted.push_back(result);
  }
  return wanted;
}

/// Where a result stands in a layout: of several sweeps the one that has the most of the layout's dimensions.
Place place_in(const Layout& layout, const StoredResult& result) {
  const auto known = [&](const Place& place) {
    int64_t count = 0;
    for (const auto* dimensions : {&layout.rows, &layout.columns})
      for (const std::string& dimension : *dimensions) count += place.contains(dimension);
    return count;
  };
  const std::vector<Place> places = places_of(result);
  return *std::max_element(places.begin(), places.end(),
                           [&](const Place& a, const Place& b) { return known(a) < known(b); });
}

Heads heads_in(const Place& place, const std::vector<std::string>& dimensions) {
  Heads heads;
  for (const std::string& dimension : dimensions)
    if (dimension != "metric") {
      const auto value = place.find(dimension);
      heads.push_back(value == place.end() ? "" : value->second);
    }
  return heads;
}

/// Sorted, the outermost dimension first.
void sort_heads(const Layout& layout, const std::vector<std::string>& dimensions, std::vector<Heads>& heads) {
  std::vector<std::string> named;
  for (const std::string& dimension : dimensions)
    if (dimension != "metric") named.push_back(dimension);
  std::stable_sort(heads.begin(), heads.end(), [&](const Heads& a, const Heads& b) {
    for (size_t d = 0; d < named.size(); ++d)
      if (a[d] != b[d]) return comes_before(layout, named[d], a[d], b[d]);
    return false;
  });
}

double shown_points(const Metric& value, int64_t digits) {
  const double scale = std::pow(10.0, static_cast<double>(digits));
  return std::round(value.value * 100 * scale) / scale;
}

/// Arranges results in a layout.
class Arrangement {
 public:
  Arrangement(const ResultSet& set, Layout layout) : set_(set) {
    check_dimensions(layout);
    check_metrics(layout);
    if (has_conflict(layout)) {
      tell_methods_apart(layout);
      table_.notes.push_back(
          "several methods stand at one place: each has a row, with what tells it apart; a layout with where, or the "
          "folders of one sweep alone, shows one");
    }
    table_.layout = std::move(layout);
  }

  LaidOut arrange() {
    collect();
    for (const Heads& row : rows_) add_row(row, {row});
    if (table_.layout.means) add_means();
    if (!table_.layout.delta.empty()) add_deltas();
    if (!table_.layout.best.empty()) mark_best();
    if (!table_.layout.joined) split_metrics();
    find_column_marks();
    return std::move(table_);
  }

 private:
  void check_dimensions(const Layout& layout) const {
    for (const auto* dimensions : {&layout.rows, &layout.columns})
      for (const std::string& dimension : *dimensions) {
        if (is_common_dimension(dimension)) continue;
        const bool known = std::any_of(set_.results().begin(), set_.results().end(), [&](const StoredResult& result) {
          return place_in(layout, result).contains(dimension);
        });
        if (!known)
          throw_input(
              "layout {}: no result has '{}': it is an axis of a sweep, or one of data, class, backbone, "
              "detector, features, variant, seed, protocol, selection",
              layout.name, dimension);
      }
  }

  /// Adds to the rows what tells the methods of one field apart: the last of it is the variant, which is of a detector
  /// with features on a backbone.
  void tell_methods_apart(Layout& layout) const {
    for (const char* dimension : {"backbone", "detector", "features", "variant"}) {
      std::set<std::string> values;
      for (const StoredResult& result : set_.results()) values.insert(place_in(layout, result).at(dimension));
      if (values.size() < 2 || stands_in(layout, dimension) || !has_conflict(layout)) continue;
      // means are over the innermost dimension, each of one method
      layout.rows.insert(layout.means ? layout.rows.end() - 1 : layout.rows.end(), dimension);
    }
  }

  /// Each metric must be one that some result has, and a share: thresholds are scores.
  void check_metrics(const Layout& layout) const {
    std::set<std::string> known = {"image_auroc", "image_ap", "image_f1", "image_fpr95",
                                   "pixel_auroc", "pixel_ap", "pixel_f1", "pro"};
    for (const StoredResult& result : set_.results())
      if (result.cell)
        for (const auto& [name, value] : result.cell->metrics) known.insert(name);
    for (const std::string& metric : layout.metrics) {
      if (metric.ends_with("_threshold"))
        throw_input("layout {}: metrics: {} is a score, not a share: tables are of shares", layout.name, metric);
      if (!known.contains(metric))
        throw_input("layout {}: metrics: no result has '{}': {}", layout.name, metric,
                    suggestion(metric, {known.begin(), known.end()}));
    }
  }

  /// Whether a field would hold two results of one class and seed.
  bool has_conflict(const Layout& layout) const {
    std::map<std::string, std::string> known;
    for (const StoredResult& result : set_.results()) {
      if (!result.cell) continue;
      const Place place = place_in(layout, result);
      std::string key;
      for (const auto* dimensions : {&layout.rows, &layout.columns})
        for (const std::string& head : heads_in(place, *dimensions)) key += head + "\n";
      key += result.data_set + "\n" + result.class_name + "\n" + result.seeds;
      if (known.emplace(key, result.method).first->second != result.method) return true;
    }
    return false;
  }

  void collect() {
    const Layout& layout = table_.layout;
    for (const StoredResult& result : set_.results()) {
      const Place place = place_in(layout, result);
      const Heads row = heads_in(place, layout.rows), column = heads_in(place, layout.columns);
      if (!of_.contains(row)) rows_.push_back(row);
      of_[row][column].push_back(&result);
      if (std::find(table_.columns.begin(), table_.columns.end(), column) == table_.columns.end())
        table_.columns.push_back(column);
    }
    sort_heads(layout, layout.rows, rows_);
    sort_heads(layout, layout.columns, table_.columns);
  }

  /// A row over the results of `sources`.
  void add_row(const Heads& heads, const std::vector<Heads>& sources) {
    std::vector<Field> fields;
    for (const Heads& column : table_.columns) {
      Results results;
      for (const Heads& source : sources)
        if (const auto found = of_.at(source).find(column); found != of_.at(source).end())
          results.insert(results.end(), found->second.begin(), found->second.end());
      fields.push_back(field_of(results));
      table_.marks.insert(fields.back().marks.begin(), fields.back().marks.end());
    }
    table_.rows.push_back(heads);
    table_.fields.push_back(std::move(fields));
  }

  Field field_of(const Results& results) const {
    Field field;
    if (results.empty()) return field;
    for (const std::string& metric : table_.layout.metrics) {
      field.values.push_back({metric, gather(results, metric)});
      if (field.values.back().gathered.value.defined() && !field.values.back().gathered.complete())
        field.marks.insert(Mark::incomplete);
    }
    for (const StoredResult* result : results) {
      if (!result->cell) field.marks.insert(Mark::incomplete);
      if (result->cell) {
        field.selections.insert(selection_of(*result->cell));
        field.protocols.insert(result->cell->key_text("metrics.protocol"));
      }
      if (result->oracle()) field.marks.insert(Mark::oracle);
      if (result->leaked()) field.marks.insert(Mark::leaked);
      if (!shortened_by(*result).empty()) field.marks.insert(Mark::shortened);
    }
    return field;
  }

  /// Below the rows that share all but the innermost dimension, their mean.
  void add_means() {
    std::vector<Heads> old_rows = std::move(table_.rows);
    std::vector<std::vector<Field>> old_fields = std::move(table_.fields);
    table_.rows.clear();
    table_.fields.clear();
    const size_t inner = innermost();
    for (size_t r = 0, first = 0; r < old_rows.size(); ++r) {
      table_.rows.push_back(old_rows[r]);
      table_.fields.push_back(std::move(old_fields[r]));
      if (r + 1 < old_rows.size() && same_but(inner, old_rows[r], old_rows[r + 1])) continue;
      Heads mean = old_rows[r];
      mean[inner] = "mean";
      add_row(mean,
              {old_rows.begin() + static_cast<ptrdiff_t>(first), old_rows.begin() + static_cast<ptrdiff_t>(r + 1)});
      first = r + 1;
    }
  }

  /// The dimension that means are over.
  size_t innermost() const { return table_.layout.rows.size() - 1; }

  static bool same_but(size_t dimension, Heads a, const Heads& b) {
    a[dimension] = b[dimension];
    return a == b;
  }

  void add_deltas() {
    const Layout& layout = table_.layout;
    size_t dimension = 0;
    for (size_t d = 0, head = 0; d < layout.columns.size(); ++d) {
      if (layout.columns[d] == layout.delta) dimension = head;
      head += layout.columns[d] != "metric";
    }
    for (std::vector<Field>& fields : table_.fields)
      for (size_t c = 0; c < fields.size(); ++c) {
        const auto base = std::find_if(table_.columns.begin(), table_.columns.end(), [&](const Heads& other) {
          return same_but(dimension, other, table_.columns[c]);
        });
        const auto b = static_cast<size_t>(base - table_.columns.begin());
        if (b == c || fields[b].values.empty()) continue;
        for (size_t v = 0; v < fields[c].values.size(); ++v) {
          const Metric &value = fields[c].values[v].gathered.value, &against = fields[b].values[v].gathered.value;
          // means over different classes have no difference
          const bool comparable =
              !fields[c].marks.contains(Mark::incomplete) && !fields[b].marks.contains(Mark::incomplete);
          if (value.defined() && against.defined() && comparable)
            fields[c].values[v].delta = shown_points(value, layout.digits) - shown_points(against, layout.digits);
        }
      }
  }

  /// The best of a row, or of a column's rows of one outermost head, in what is shown.
  void mark_best() {
    const bool of_row = table_.layout.best == "row";
    std::map<std::pair<size_t, std::string>, std::vector<Field*>> groups;
    for (size_t r = 0; r < table_.rows.size(); ++r)
      for (size_t c = 0; c < table_.columns.size(); ++c) {
        if (!of_row && table_.rows[r][innermost()] == "mean") continue;
        const bool blocks = table_.layout.rows.size() > 1;
        groups[of_row ? std::pair{r, std::string()} : std::pair{c, blocks ? table_.rows[r][0] : ""}].push_back(
            &table_.fields[r][c]);
      }
    for (const auto& [place, fields] : groups)
      for (size_t v = 0; v < table_.layout.metrics.size(); ++v) mark_best_of(fields, v);
  }

  /// Incomplete values take no part.
  void mark_best_of(const std::vector<Field*>& fields, size_t metric) const {
    std::vector<LaidOutValue*> values;
    double top = -1;
    for (Field* field : fields) {
      if (field->values.empty() || field->marks.contains(Mark::incomplete)) continue;
      LaidOutValue& value = field->values[metric];
      if (!value.gathered.value.defined()) continue;
      values.push_back(&value);
      top = std::max(top, shown_points(value.gathered.value, table_.layout.digits));
    }
    if (values.size() < 2) return;
    for (LaidOutValue* value : values) value->best = shown_points(value->gathered.value, table_.layout.digits) == top;
  }

  /// One column a metric where `metric` is a dimension of the columns.
  void split_metrics() {
    const std::vector<std::string>& dimensions = table_.layout.columns;
    const auto at = std::find(dimensions.begin(), dimensions.end(), "metric") - dimensions.begin();
    const std::vector<std::string>& metrics = table_.layout.metrics;
    std::vector<Heads> columns;
    std::vector<std::pair<size_t, size_t>> sources;  // column and metric
    const auto add = [&](size_t c, size_t m) {
      columns.push_back(table_.columns[c]);
      columns.back().insert(columns.back().begin() + at, metrics[m]);
      sources.emplace_back(c, m);
    };
    if (at == 0)
      for (size_t m = 0; m < metrics.size(); ++m)
        for (size_t c = 0; c < table_.columns.size(); ++c) add(c, m);
    else
      for (size_t c = 0; c < table_.columns.size(); ++c)
        for (size_t m = 0; m < metrics.size(); ++m) add(c, m);
    for (std::vector<Field>& fields : table_.fields) {
      std::vector<Field> split;
      for (const auto& [c, m] : sources) {
        split.push_back(fields[c]);
        split.back().values.clear();
        if (!fields[c].values.empty()) split.back().values.push_back(fields[c].values[m]);
      }
      fields = std::move(split);
    }
    table_.columns = std::move(columns);
  }

  void find_column_marks() {
    for (size_t c = 0; c < table_.columns.size(); ++c) {
      std::set<Mark> common = table_.marks;
      bool any = false;
      for (const std::vector<Field>& fields : table_.fields) {
        if (fields[c].values.empty()) continue;
        any = true;
        std::erase_if(common, [&](Mark mark) { return !fields[c].marks.contains(mark); });
      }
      table_.column_marks.push_back(any ? common : std::set<Mark>{});
    }
  }

  const ResultSet& set_;
  LaidOut table_;
  std::vector<Heads> rows_;
  std::map<Heads, std::map<Heads, Results>> of_;
};

}  // namespace

char letter_of(Mark mark) {
  constexpr std::string_view letters = "iols";
  return letters[static_cast<size_t>(mark)];
}

std::string meaning_of(Mark mark) {
  switch (mark) {
    case Mark::incomplete:
      return "incomplete: not all classes or seeds that are planned";
    case Mark::oracle:
      return "oracle: the best epoch for each metric, chosen on the test data";
    case Mark::leaked:
      return "leaked: the projectors were pretrained on these classes";
    default:
      return "shortened: trained for fewer epochs than published";
  }
}

LaidOut lay_out(const ResultSet& results, const Layout& layout) {
  check_where(results, layout);
  const ResultSet wanted = ResultSet::of(wanted_results(results, layout));
  if (wanted.results().empty())
    throw_input("layout {}: none of the results is what it shows (its key where); --layout NAME takes another one: {}",
                layout.name, listed(built_in_layouts()));
  LaidOut table = Arrangement(wanted, layout).arrange();
  table.caption = caption_of(layout, wanted.results());
  for (std::string& note : table_notes(wanted, make_table(wanted), false)) table.notes.push_back(std::move(note));
  const std::vector<std::string>& read = results.notes();
  table.notes.insert(table.notes.end(), read.begin(), read.end());
  return table;
}

std::string usual_layout(const ResultSet& results) {
  std::set<std::string> places;
  for (const StoredResult& result : results.results())
    for (const Place& place : places_of(result)) places.insert(place.at("data") + "|" + place.at("backbone"));
  return places.size() > 1 ? "table1" : "per_class";
}

std::string shown_head(const LaidOut& table, const std::string& dimension, const std::string& value) {
  const std::string name = shown_name(table.layout, dimension, value);
  return dimension == "metric" && name == value ? heading_of(value) : name;
}

}  // namespace adrep
