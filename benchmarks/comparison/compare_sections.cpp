#include "benchmarks/comparison/compare_sections.h"

#include "benchmarks/comparison/compare_plots.h"
#include "benchmarks/tables/table.h"
#include "core/base/names.h"
#include "core/base/plural.h"

namespace adrep {
namespace {

constexpr size_t most_terminal_pairs = 45;  // of ten methods

std::string capitalised(std::string text) {
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text;
}

std::string p_text(const Metric& p) {
  if (!p.defined()) return "undef.";
  return p.value < 0.0001 ? fmt::format("{:.1e}", p.value) : fmt::format("{:.4f}", p.value);
}

std::string interval_text(const Interval& interval) {
  return interval.low.defined() ? fmt::format("[{}, {}]", percent(interval.low), percent(interval.high)) : "undef.";
}

std::string cost_text(const Metric& cost) {
  return cost.defined() ? fmt::format("{:.4g}", cost.value) : "undef.";
}

/// The names of the methods of each set, in one line a set.
std::string sets_text(const Comparison& c) {
  std::vector<std::string> sets;
  for (const auto& set : c.ranks.alike) {
    std::vector<std::string> names;
    for (const size_t m : set) names.push_back(c.methods[m]);
    sets.push_back(fmt::format("{}", fmt::join(names, ", ")));
  }
  return fmt::format("{}", fmt::join(sets, " | "));
}

std::vector<std::string> rank_notes(const Comparison& c) {
  const RankComparison& ranks = c.ranks;
  const std::string what = fmt::format("mean ranks over {} (1 is the best), {} in percent",
                                       counted(std::ssize(ranks.data_sets), "data set"), heading_of(c.settings.metric));
  if (!ranks.critical_difference.defined())
    return {what, "Friedman's test and critical difference undefined: " + ranks.critical_difference.undefined};
  std::vector<std::string> notes = {what};
  if (!ranks.p_value.defined()) {
    notes.push_back("Friedman's test undefined: " + ranks.p_value.undefined);
  } else {
    notes.push_back(fmt::format("Friedman's test: chi-square {:.3f}, {} degrees, p = {}", ranks.chi_square.value,
                                c.methods.size() - 1, p_text(ranks.p_value)));
    if (ranks.p_value.value > c.settings.alpha)
      notes.push_back(fmt::format(
          "it does not reject at {} that all methods are equal: read no difference from the ranks", c.settings.alpha));
  }
  notes.push_back(fmt::format("Nemenyi's critical difference at {}: {:.3f}; not told apart: {}", c.settings.alpha,
                              ranks.critical_difference.value, ranks.alike.empty() ? "none" : sets_text(c)));
  return notes;
}

CompareSection rank_section(const Comparison& c) {
  CompareSection section{"Ranks", {"method", "mean rank", heading_of(c.settings.metric)}};
  for (const size_t m : by_mean_rank(c.ranks))
    section.rows.push_back({c.methods[m],
                            c.ranks.mean_ranks.empty() ? "undef." : fmt::format("{:.2f}", c.ranks.mean_ranks[m]),
                            percent(c.ranks.mean_values[m])});
  section.notes = rank_notes(c);
  section.plot = critical_difference_plot(c);
  return section;
}

CompareSection value_section(const Comparison& c) {
  CompareSection section{heading_of(c.settings.metric) + " by data set", {"data set"}};
  section.headings.insert(section.headings.end(), c.methods.begin(), c.methods.end());
  for (size_t d = 0; d < c.data_sets.size(); ++d) {
    section.rows.push_back({c.data_sets[d]});
    for (const Summary& value : c.values[d]) {
      std::string text = value.defined + value.undefined == 0 ? "" : percent(value.mean);
      if (value.deviation.defined()) text += " ± " + percent(value.deviation);
      section.rows.back().push_back(text);
    }
  }
  section.notes = {"percent; ± is the sample standard deviation over seeds"};
  section.page_only = true;
  return section;
}

/// Names by why something of them is undefined, one note a reason.
class UndefinedNotes {
 public:
  void add(const std::string& reason, const std::string& name) { names_[reason].push_back(name); }
  void append_to(std::vector<std::string>& notes) const {
    for (const auto& [reason, names] : names_)
      notes.push_back(fmt::format("undefined: {}: {}", listed(names, most_names), reason));
  }

 private:
  static constexpr size_t most_names = 3;
  std::map<std::string, std::vector<std::string>> names_;
};

std::string pair_name(const Comparison& c, const PairComparison& pair) {
  return c.methods[pair.first] + " − " + c.methods[pair.second];
}

/// How far from 0 the intervals of all pairs reach: half their whiskers' common axis.
double reach_of(const std::vector<PairComparison>& pairs) {
  double reach = 0.01;
  for (const PairComparison& pair : pairs)
    for (const PairedClass& of_class : pair.classes)
      for (const Metric& end : {of_class.comparison.difference.low, of_class.comparison.difference.high})
        reach = std::max(reach, std::abs(end.value));
  return reach;
}

/// Adds the rows of one pair; with its methods where there are several pairs.
void add_pair(const Comparison& c, const PairComparison& pair, double reach, CompareSection& section,
              UndefinedNotes& undefined) {
  const bool several = c.pairs.size() > 1;
  if (!pair.undefined.empty()) undefined.add(pair.undefined, pair_name(c, pair));
  for (const PairedClass& of_class : pair.classes) {
    const Interval& difference = of_class.comparison.difference;
    const std::string& data_set = c.data_sets[of_class.data_set];
    std::vector<std::string> row = {
        data_set, difference.estimate.defined() ? fmt::format("{:+.1f}", 100 * difference.estimate.value) : "undef.",
        interval_text(difference), p_text(of_class.comparison.p_value), p_text(of_class.adjusted_p_value)};
    if (several) row.insert(row.begin(), {c.methods[pair.first], c.methods[pair.second]});
    section.rows.push_back(std::move(row));
    section.marked.push_back(of_class.adjusted_p_value.defined() &&
                             of_class.adjusted_p_value.value <= c.settings.alpha);
    section.row_plots.push_back(interval_plot(difference, -reach, reach));
    if (!difference.estimate.defined())
      undefined.add(difference.estimate.undefined, several ? pair_name(c, pair) + " on " + data_set : data_set);
  }
}

int64_t count_tests(const std::vector<PairComparison>& pairs) {
  int64_t tests = 0;
  for (const PairComparison& pair : pairs)
    for (const PairedClass& of_class : pair.classes) tests += of_class.adjusted_p_value.defined();
  return tests;
}

CompareSection pair_section(const Comparison& c) {
  const bool several = c.pairs.size() > 1;
  CompareSection section{several ? "Pairs of methods on the same images: first − second"
                                 : "Two methods on the same images"};
  if (!c.no_pairs.empty()) {
    section.notes = {"undefined: " + c.no_pairs};
    return section;
  }
  if (!several) section.title = pair_name(c, c.pairs.front());
  section.headings = {"data set", "difference", fmt::format("{:g} % interval", 100 * c.settings.confidence), "p",
                      "p (Holm)"};
  if (several) section.headings.insert(section.headings.begin(), {"first", "second"});
  section.label_columns = several ? 3 : 1;
  const double reach = reach_of(c.pairs);
  UndefinedNotes undefined;
  for (size_t p = 0; p < c.pairs.size(); ++p) {
    if (p == most_terminal_pairs) {
      section.terminal_rows = section.rows.size();
      section.terminal_note =
          fmt::format("{} not shown here: output=FILE.html, .csv, .json, .md or .tex has all",
                      counted(std::ssize(c.pairs) - static_cast<int64_t>(most_terminal_pairs), "more pair"));
    }
    add_pair(c, c.pairs[p], reach, section, undefined);
  }
  undefined.append_to(section.notes);
  section.row_plots_heading = fmt::format("{:+.1f} to {:+.1f}", -100 * reach, 100 * reach);
  section.notes.push_back(fmt::format(
      "{}, points of percent; paired bootstrap, {} replicates, both methods on the same draws of the test images; p "
      "(Holm) is corrected for {}, the intervals are not",
      heading_of(c.settings.bootstrap), c.settings.replicates,
      counted(count_tests(c.pairs), several ? "test" : "data set")));
  return section;
}

CompareSection front_section(const Comparison& c) {
  CompareSection section{"Accuracy against cost", {"method", heading_of(c.settings.metric), c.settings.cost, "front"}};
  std::vector<CostPoint> points = c.costs;
  std::stable_sort(points.begin(), points.end(), [](const CostPoint& a, const CostPoint& b) {
    if (a.cost.defined() != b.cost.defined()) return a.cost.defined();
    return a.cost.defined() && a.cost.value < b.cost.value;
  });
  for (const CostPoint& point : points) {
    section.rows.push_back(
        {c.methods[point.method], percent(point.accuracy), cost_text(point.cost), point.on_front ? "*" : ""});
    section.marked.push_back(point.on_front);
    if (!point.cost.defined())
      section.notes.push_back(fmt::format("{}: cost undefined: {}", c.methods[point.method], point.cost.undefined));
  }
  section.notes.push_back(c.no_front.empty() ? "*: no other method is at least as good and as cheap and better in one"
                                             : "Pareto front undefined: " + c.no_front);
  section.plot = pareto_plot(c);
  return section;
}

CompareSection interval_section(const Comparison& c) {
  const std::string metric = heading_of(c.settings.bootstrap);
  CompareSection section{capitalised(metric) + " by data set",
                         {"data set", "method", metric, fmt::format("{:g} % interval", 100 * c.settings.confidence)},
                         2};
  double lowest = 0.9;  // start of the whiskers' common axis, a multiple of 0.1
  for (const ClassInterval& of_class : c.intervals)
    if (of_class.interval.low.defined()) lowest = std::min(lowest, std::floor(of_class.interval.low.value * 10) / 10);
  section.row_plots_heading = fmt::format("{:.0f} to 100", 100 * lowest);
  int64_t left_out = 0;
  UndefinedNotes undefined;
  for (const ClassInterval& of_class : c.intervals) {
    section.rows.push_back({c.data_sets[of_class.data_set], c.methods[of_class.method],
                            percent(of_class.interval.estimate), interval_text(of_class.interval)});
    section.row_plots.push_back(interval_plot(of_class.interval, lowest, 1));
    left_out += of_class.interval.undefined;
    if (!of_class.interval.estimate.defined())
      undefined.add(of_class.interval.estimate.undefined,
                    c.data_sets[of_class.data_set] + " " + c.methods[of_class.method]);
  }
  undefined.append_to(section.notes);
  section.notes.push_back(fmt::format(
      "percentile bootstrap over test images, normal and anomalous ones drawn apart; {} replicates, seed {}",
      c.settings.replicates, c.settings.seed));
  if (left_out > 0) section.notes.push_back(counted(left_out, "undefined replicate") + " left out");
  return section;
}

}  // namespace

bool begins_group(const CompareSection& section, size_t r) {
  return r > 0 && section.label_columns > 1 && section.rows[r][0] != section.rows[r - 1][0];
}

std::vector<CompareSection> compare_sections(const Comparison& c) {
  std::vector<CompareSection> sections = {rank_section(c), value_section(c), pair_section(c), front_section(c),
                                          interval_section(c)};
  if (!c.notes.empty()) {
    sections.push_back({"Notes"});
    sections.back().notes = c.notes;
  }
  return sections;
}

}  // namespace adrep
