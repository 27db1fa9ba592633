#include "benchmarks/ledger/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "benchmarks/ledger/computed_costs.h"
#include "benchmarks/ledger/deviations.h"
#include "core/base/plural.h"

namespace adrep {
namespace {

/// Half a unit of the last digit that is printed.
double rounding_of(const KnownValue& value) {
  return 0.5 * std::pow(10.0, -static_cast<double>(value.digits));
}

/// How many of a method's cells are not there.
std::string missing_text(const OwnMethod& method) {
  int64_t missing = 0;
  std::string failed;
  for (const StoredResult* result : method.results) {
    missing += !result->cell;
    if (failed.empty() && !result->error.empty()) failed = result->class_name + " failed: " + result->error;
  }
  if (missing == 0) return "";
  return fmt::format("{} of {} not finished{}", missing, counted(std::ssize(method.results), "cell"),
                     failed.empty() ? "" : "; " + failed);
}

class LedgerMaker {
 public:
  LedgerMaker(const std::vector<OwnMethod>& own, double tolerance) : own_(own), tolerance_(tolerance) {
    for (const OwnMethod& method : own)
      if (const auto data = method.place.find("data"); data != method.place.end()) data_sets_.insert(data->second);
  }

  LedgerLine line_of(const KnownValue& published) {
    LedgerLine line{published};
    if (published.cited) {
      line.outcome = Outcome::cited;
      line.why = published.cited_from.empty() ? published.method : published.method + ", from " + published.cited_from;
    } else if (!published.unit.empty()) {
      if (const auto backbone = published.place.find("backbone"); backbone != published.place.end())
        line.ours = computed_cost(backbone->second, published.metric);
      line.why = "computed";
      settle(line);
    } else {
      fill(line);
    }
    return line;
  }

 private:
  void fill(LedgerLine& line) {
    const KnownValue& published = line.published;
    const OwnMethod* best = nullptr;
    std::vector<Deviation> fewest;
    for (const OwnMethod& method : own_) {
      if (!stands_at(method, published)) continue;
      std::vector<Deviation> deviations = deviations_from_paper(method, published);
      if (best && deviations.size() >= fewest.size()) continue;
      best = &method;
      fewest = std::move(deviations);
    }
    if (!best) {
      const auto data = published.place.find("data");
      const bool there = data == published.place.end() || data_sets_.contains(data->second);
      line.outcome = there ? Outcome::not_run : Outcome::no_data;
      return;
    }
    line.ours = best->value(published.metric);
    if (const std::string missing = missing_text(*best); !missing.empty()) {
      line.outcome = Outcome::not_run;
      line.why = missing;
      if (line.ours) line.difference = *line.ours - published.value;
      return;
    }
    if (!fewest.empty() && line.ours) {
      line.outcome = fewest.front().outcome;
      line.why = fewest.front().why;
      if (fewest.size() > 1) line.why += fmt::format("; and {} more", counted(std::ssize(fewest) - 1, "deviation"));
      line.difference = *line.ours - published.value;
      return;
    }
    settle(line);
    add_deviation(*best, line);
  }

  /// The outcome of values that compare.
  void settle(LedgerLine& line) const {
    if (!line.ours) {
      line.outcome = Outcome::not_run;
      line.why = "the metric has no value";
      return;
    }
    line.difference = *line.ours - line.published.value;
    constexpr double slack = 1e-9;  // of binary fractions
    const double bound = (line.published.unit.empty() ? tolerance_ : 0) + rounding_of(line.published) + slack;
    const bool agrees = std::abs(*line.difference) <= bound;
    line.outcome = !agrees                                 ? Outcome::differs
                   : line.published.flag == "misprint"     ? Outcome::misprint
                   : line.published.flag == "contradicted" ? Outcome::contradicted
                                                           : Outcome::agrees;
    if (!line.published.note.empty()) line.why = line.published.note;
  }

  /// A printed ± beside both of ours, since the paper does not say which it is.
  static void add_deviation(const OwnMethod& method, LedgerLine& line) {
    if (!line.published.deviation) return;
    const std::optional<double> sample = method.deviation(line.published.metric, true),
                                population = method.deviation(line.published.metric, false);
    if (sample)
      line.why += fmt::format("{}± {:.2f} printed; ours {:.2f} of a sample{}", line.why.empty() ? "" : "; ",
                              *line.published.deviation, *sample,
                              population ? fmt::format(", {:.2f} of a population", *population) : "");
  }

  const std::vector<OwnMethod>& own_;
  double tolerance_;
  std::set<std::string> data_sets_;
};

}  // namespace

std::string place_text(const Place& place) {
  std::string text;
  for (const char* dimension : {"data", "class", "backbone", "detector", "features"})
    if (const auto part = place.find(dimension); part != place.end())
      text += (text.empty() ? "" : " · ") + part->second;
  for (const auto& [axis, label] : own_axes(place))
    text += fmt::format("{}{}={}", text.empty() ? "" : " · ", axis, label);
  return text;
}

Ledger ledger_of(const std::vector<KnownValue>& published, const std::vector<OwnMethod>& own, double tolerance) {
  Ledger ledger;
  ledger.tolerance = tolerance;
  LedgerMaker maker(own, tolerance);
  for (const KnownValue& value : published) {
    ledger.lines.push_back(maker.line_of(value));
    ++ledger.counts[ledger.lines.back().outcome];
  }
  int64_t beside = 0;
  std::string first;
  for (const OwnMethod& method : own) {
    if (method.place.contains("class")) continue;
    const bool known = std::any_of(published.begin(), published.end(), [&](const KnownValue& value) {
      return !value.cited && value.unit.empty() && stands_at(method, value);
    });
    if (!known && beside++ == 0) first = place_text(method.place);
  }
  if (beside > 0)
    ledger.notes.push_back(fmt::format("{} stand{} at no place of the paper, {} first", counted(beside, "method"),
                                       beside == 1 ? "s" : "", first));
  return ledger;
}

}  // namespace adrep
