#include "benchmarks/map_evaluation/explain_text.h"

#include <fmt/ranges.h>

#include <cmath>

#include "core/base/text_layout.h"
#include "core/metrics/score_dangers.h"

namespace adrep {
namespace {

constexpr size_t kLineLength = 110;

/// Hundredths of a point.
double hundredths(const Metric& metric) {
  return std::round(metric.value * 1e4);
}

std::string signed_points(double points) {
  return points == 0 ? "0.00" : fmt::format("{:+.2f}", points);
}

std::string share(int64_t part, int64_t whole) {
  return fmt::format("{} of the {} thresholds", part, whole);
}

/// "thresholds −0.90, rescaling +0.20": the largest first, nothing that rounds to zero.
std::string steps_that_matter(const ProComparison& comparison, const Explanation& explanation) {
  std::vector<ShownStep> steps = shown_steps(comparison, explanation);
  std::erase_if(steps, [](const ShownStep& step) { return step.points == 0; });
  std::stable_sort(steps.begin(), steps.end(),
                   [](const ShownStep& a, const ShownStep& b) { return std::abs(a.points) > std::abs(b.points); });
  std::vector<std::string> texts;
  double cut = 0;
  int parts = 0;
  for (const ShownStep& step : steps) {
    texts.push_back(step.name + " " + step.difference);
    if (step.name != "limit" && step.name != "rescaling") continue;
    cut += step.points;
    ++parts;
  }
  std::string text = fmt::format("{}", fmt::join(texts, ", "));
  // one drops the end of the curve, the other divides by what is left: each is large, their sum is the effect
  if (parts == 2) text += fmt::format(" (limit and rescaling together {})", signed_points(std::round(cut * 100) / 100));
  return text;
}

/// An earlier protocol with the same thresholds and the same area, or nullptr.
const Explanation* same_but_for_coverage(const ProComparison& comparison, const Explanation& explanation) {
  for (const Explanation& earlier : comparison.protocols) {
    if (&earlier == &explanation) break;
    if (earlier.rule && earlier.curve.points.x == explanation.curve.points.x &&
        earlier.rule->area.at_limit == explanation.rule->area.at_limit &&
        earlier.rule->area.rescaling == explanation.rule->area.rescaling)
      return &earlier;
  }
  return nullptr;
}

std::string where_thresholds_are(const ProComparison& comparison, const Explanation& explanation) {
  const ScoreFacts& facts = comparison.facts;
  const std::vector<double>& thresholds = explanation.curve.thresholds;
  switch (explanation.rule->curve.thresholds) {
    case CurveRule::Thresholds::ranks:
      return fmt::format(
          "The {} thresholds are the scores of normal pixels at even ranks, so they follow the scores "
          "wherever these lie, and a transform that keeps their order changes nothing.",
          thresholds.size());
    case CurveRule::Thresholds::linear:
    case CurveRule::Thresholds::bins:
      break;
  }
  return fmt::format("The {} thresholds are spaced evenly in score, {:.5g} apart, between {:.5g} and {:.5g}.",
                     thresholds.size(), thresholds.size() > 1 ? thresholds[0] - thresholds[1] : 0, facts.lowest,
                     facts.highest);
}

std::string what_they_trace(const ProComparison& comparison, const Explanation& explanation) {
  const Sampling& sampling = explanation.sampling;
  const double limit = comparison.limit;
  std::string text =
      fmt::format("{} lie above {:.5g}, the score that {:g} % of the normal pixels reach: only these count.",
                  share(sampling.below_limit, sampling.thresholds), comparison.facts.score_at_limit, 100 * limit);
  if (sampling.at_start > 0)
    text += fmt::format(
        " {} so high that at most {:g} % of the normal pixels do, where hardly anything happens; the other {} trace "
        "the "
        "curve.",
        sampling.at_start == 1 ? "One of them lies" : fmt::format("{} of them lie", sampling.at_start), limit,
        tracing(sampling));
  return text + fmt::format(" The widest gap between their false-positive rates is {:.3f}.", sampling.widest_gap);
}

/// What becomes of the rates that are left, and what few of them mean.
std::string what_the_area_is(const Explanation& explanation) {
  const ProRule& rule = *explanation.rule;
  const Sampling& sampling = explanation.sampling;
  std::string text;
  if (rule.area.rescaling == AreaRule::Rescaling::own_range && sampling.below_limit > 0)
    text = fmt::format(
        " The rates that are left, {:.4f} to {:.4f}, are stretched to 0…1, so the area is taken up to "
        "{:.4f} instead of {:g}.",
        sampling.lowest_rate, sampling.highest_rate, sampling.highest_rate, rule.area.limit);
  if (rule.area.fewest_points > sampling.below_limit)
    text += fmt::format(" Fewer than {} points are left: the value is {} by rule.", rule.area.fewest_points,
                        rule.area.with_fewer ? percent_2(Metric::measured(*rule.area.with_fewer)) : "undefined");
  return text;
}

/// What else the protocol counts in its own way.
std::string what_counts(const ProComparison& comparison, const Explanation& explanation) {
  const ProRule& rule = *explanation.rule;
  std::string text;
  if (rule.curve.dilation > 0)
    text = fmt::format(
        " Inside a defect a pixel counts as found when anything within {} pixels of it is, while a normal "
        "pixel must itself be above the threshold to be a false positive: this raises the curve.",
        rule.curve.dilation);
  for (const ShownStep& step : shown_steps(comparison, explanation))
    if (step.name == "rate by rank" && step.points != 0)
      text += " Scores tie, and the false-positive rate of a rank is then wrong by the size of the tie.";
  return text;
}

/// Lines of at most `kLineLength` columns; those after the first are indented by `hanging` more.
std::string wrapped(const std::string& text, const std::string& indent, const std::string& hanging = "") {
  std::string lines = indent, word;
  size_t used = 0;
  const auto put = [&] {
    if (used > 0 && used + 1 + shown_width(word) > kLineLength) {
      lines += "\n" + indent + hanging;
      used = 0;
    }
    lines += (used > 0 ? " " : "") + word;
    used += (used > 0 ? 1 : 0) + shown_width(word);
    word.clear();
  };
  for (char c : text + " ")
    if (c != ' ')
      word += c;
    else if (!word.empty())
      put();
  return lines + "\n";
}

}  // namespace

std::string percent_2(const Metric& metric) {
  return metric.defined() ? fmt::format("{:.2f}", hundredths(metric) / 100) : "undef.";
}

std::string difference_2(const Metric& from, const Metric& to) {
  if (!from.defined() || !to.defined()) return "";
  return signed_points((hundredths(to) - hundredths(from)) / 100);
}

std::vector<ShownStep> shown_steps(const ProComparison& comparison, const Explanation& explanation) {
  std::vector<ShownStep> shown;
  Metric last = comparison.exact;
  for (const ProStep& step : explanation.steps) {
    ShownStep next{step.name, step.change, last, step.value, percent_2(step.value), difference_2(last, step.value), 0};
    if (step.value.defined()) {
      next.points = (hundredths(step.value) - hundredths(last)) / 100;
      last = step.value;
    }
    shown.push_back(std::move(next));
  }
  return shown;
}

std::vector<std::vector<std::string>> step_matrix(const ProComparison& comparison) {
  std::vector<std::vector<std::string>> lines(1, {"PRO"});
  for (const Explanation& explanation : comparison.protocols) lines[0].push_back(explanation.protocol);
  const auto add = [&](const std::string& name, auto&& cell) {
    lines.push_back({name});
    for (const Explanation& explanation : comparison.protocols) lines.back().push_back(cell(explanation));
  };
  add("exact", [&](const Explanation&) { return percent_2(comparison.exact); });
  for (const std::string& name : pro_step_names()) {
    bool taken = false;
    add(name, [&](const Explanation& explanation) -> std::string {
      for (const ShownStep& step : shown_steps(comparison, explanation)) {
        if (step.name != name) continue;
        taken = true;
        return step.difference.empty() ? step.value : step.difference;
      }
      return "·";
    });
    if (!taken) lines.pop_back();
  }
  add("protocol", [](const Explanation& explanation) { return percent_2(explanation.value); });
  add("by ranks", [](const Explanation& explanation) { return percent_2(explanation.of_ranks); });
  add("4-connected", [](const Explanation& explanation) { return percent_2(explanation.four_connected); });
  return lines;
}

std::string explanation_in_words(const ProComparison& comparison, const Explanation& explanation) {
  const ScoreFacts& facts = comparison.facts;
  if (!comparison.exact.defined()) return "PRO has no value: " + comparison.exact.undefined + ".";
  if (!explanation.rule)
    return fmt::format(
        "Each of the {} different scores is a threshold, so nothing is lost between them. {:g} % of the "
        "normal pixels score {:.5g} or more; up to there the area under the curve is taken and divided "
        "by {:g}. Only the order of the scores matters.",
        facts.distinct, 100 * comparison.limit, facts.score_at_limit, comparison.limit);
  if (explanation.curve.thresholds.empty()) return "It has no thresholds: " + explanation.curve.undefined + ".";
  std::string text;
  if (const Explanation* same = same_but_for_coverage(comparison, explanation))
    text = fmt::format("The same thresholds, false-positive rates and area as {}.", same->protocol);
  else
    text = where_thresholds_are(comparison, explanation) + " " + what_they_trace(comparison, explanation) +
           what_the_area_is(explanation);
  text += what_counts(comparison, explanation);
  if (!explanation.value.defined()) return text + " It has no value: " + explanation.value.undefined + ".";
  const std::string matters = steps_that_matter(comparison, explanation);
  return text +
         (matters.empty() ? " No step changes the value by 0.01 points." : fmt::format(" In points: {}.", matters));
}

std::string explanation_as_text(const ProComparison& comparison, const std::string& name) {
  const ScoreFacts& facts = comparison.facts;
  std::string text = fmt::format("{}: {} images ({} anomalous), {} pixels, {} regions\n\n", name, facts.images,
                                 facts.anomalous_images, facts.pixels, facts.regions);
  const auto lines = step_matrix(comparison);
  std::vector<size_t> widths(lines[0].size());
  for (const auto& line : lines)
    for (size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], shown_width(line[c]));
  const auto rule = [&] {
    size_t width = 0;
    for (size_t w : widths) width += w + 2;
    return std::string(width - 2, '-') + "\n";
  };
  for (size_t l = 0; l < lines.size(); ++l) {
    if (lines[l][0] == "protocol" || lines[l][0] == "by ranks") text += rule();
    std::string line;
    for (size_t c = 0; c < lines[l].size(); ++c) line += (c ? "  " : "") + padded(lines[l][c], widths[c], c > 0);
    text += line + "\n";
    if (l == 0) text += rule();
  }
  text += fmt::format("\nin percent, false-positive rates to {:g}; each step with those above it taken\n",
                      comparison.limit);
  for (const Explanation& explanation : comparison.protocols)
    text += "\n" + explanation.protocol + "\n" + wrapped(explanation_in_words(comparison, explanation), "  ");
  if (const std::vector<Danger> dangers = dangers_of(comparison); !dangers.empty()) {
    text += "\nbeware\n";
    for (const Danger& danger : dangers) text += wrapped("- " + danger.text, "  ", "  ");
  }
  return text;
}

}  // namespace adrep
