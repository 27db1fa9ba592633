#include "core/metrics/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/metrics/aupro.h"
#include "core/metrics/exact_curve.h"
#include "core/metrics/score_ranking.h"
#include "core/metrics/validation.h"

namespace adrep {
namespace {

constexpr double kPublishedLimit = 0.3, kStartOfCurve = 0.01;

std::string thresholds_in_words(const ProRule& rule) {
  switch (rule.curve.thresholds) {
    case CurveRule::Thresholds::linear:
      return "200 thresholds evenly spaced between the lowest and the highest score, instead of every distinct score";
    case CurveRule::Thresholds::ranks:
      return fmt::format("the scores at {} even ranks of the normal pixels, instead of every distinct score",
                         rule.curve.count);
    case CurveRule::Thresholds::bins:
      break;
  }
  return fmt::format("the edges of {} bins of equal width, instead of every distinct score", rule.curve.count);
}

/// One rule that a protocol may set otherwise than exact.
struct Step {
  const char* name;
  void (*adopt)(ProRule& rule, const ProRule& protocol);
  std::string (*words)(const ProRule& protocol);
};

const Step kSampledSteps[] = {
    {"comparison", [](ProRule& rule, const ProRule& from) { rule.curve.comparison = from.curve.comparison; },
     [](const ProRule&) { return std::string("a pixel counts above a threshold, no longer at it"); }},
    {"rate by rank", [](ProRule& rule, const ProRule& from) { rule.curve.rate_by_rank = from.curve.rate_by_rank; },
     [](const ProRule&) {
       return std::string("the false-positive rate is taken from the rank, as if no scores tied");
     }},
    {"float weights", [](ProRule& rule, const ProRule& from) { rule.curve.float_weights = from.curve.float_weights; },
     [](const ProRule&) { return std::string("each region's weight is rounded to a float"); }},
    {"ends", [](ProRule& rule, const ProRule& from) { rule.area.ends = from.area.ends; },
     [](const ProRule&) {
       return std::string("the curve has the thresholds' points only; (0, 0) and (1, 1) are not added");
     }},
    {"limit", [](ProRule& rule, const ProRule& from) { rule.area.at_limit = from.area.at_limit; },
     [](const ProRule& p) { return fmt::format("only points below {}; nothing is interpolated there", p.area.limit); }},
    {"rescaling",
     [](ProRule& rule, const ProRule& from) {
       rule.area.rescaling = from.area.rescaling;
       rule.area.range_offset = from.area.range_offset;
     },
     [](const ProRule& p) {
       return fmt::format("the rates that are left are stretched to 0…1 by their own range, not divided by {}",
                          p.area.limit);
     }},
    {"dilation", [](ProRule& rule, const ProRule& from) { rule.curve.dilation = from.curve.dilation; },
     [](const ProRule& p) {
       return fmt::format("a defect's pixel is covered when any pixel of the {0}×{0} around it is called anomalous",
                          2 * p.curve.dilation + 1);
     }},
    {"few points",
     [](ProRule& rule, const ProRule& from) {
       rule.area.fewest_points = from.area.fewest_points;
       rule.area.with_fewer = from.area.with_fewer;
     },
     [](const ProRule& p) {
       return fmt::format("{} when fewer than {} points are left",
                          p.area.with_fewer ? fmt::format("{}", *p.area.with_fewer) : "undefined",
                          p.area.fewest_points);
     }},
};

/// The data that every chain of steps works on.
struct Maps {
  ScoredPixels pixels;
  Regions regions, four_connected;
  std::vector<float> ranks;  ///< in place of the scores
  int threads = 0;

  ScoredPixels ranked() const { return {ranks, pixels.masks, pixels.images, pixels.height, pixels.width}; }
};

Metric exact_pro(const ScoredPixels& pixels, const Regions& regions, double limit, int threads) {
  ScoreRanking ranking(pixels, regions, threads);
  ExactAupro area(ranking.totals(), {limit});
  ranking.visit([&](const ScoreGroup& group) { return area.add(group); });
  return area.values()[0];
}

/// The steps from `exact` to a rule; `curve` becomes that of the rule.
std::vector<ProStep> steps_to(const ProRule& protocol, const Metric& exact, const Maps& maps, SampledCurve& curve) {
  std::vector<ProStep> steps;
  Metric last = exact;
  const auto add = [&](const char* name, std::string change, const Metric& value) {
    steps.push_back({name, std::move(change), value,
                     value.defined() ? Metric::measured(value.value - last.value) : Metric::none(value.undefined)});
    if (value.defined()) last = value;
  };
  ProRule rule;
  rule.curve.thresholds = protocol.curve.thresholds;
  rule.curve.count = protocol.curve.count;
  rule.area.limit = protocol.area.limit;
  curve = sample_curve(maps.pixels, maps.regions, rule.curve, maps.threads);
  add("thresholds", thresholds_in_words(protocol), area_of(curve, rule.area));
  for (const Step& step : kSampledSteps) {
    const ProRule before = rule;
    step.adopt(rule, protocol);
    if (rule == before) continue;
    if (!(rule.curve == before.curve)) curve = sample_curve(maps.pixels, maps.regions, rule.curve, maps.threads);
    add(step.name, step.words(protocol), area_of(curve, rule.area));
  }
  ADREP_ASSERT(rule == protocol, "a rule of this protocol belongs to no step");
  return steps;
}

Sampling sampling_of(const SampledCurve& curve, double limit) {
  Sampling sampling;
  sampling.thresholds = std::ssize(curve.thresholds);
  const Curve below = points_below(curve.points, limit);
  sampling.below_limit = std::ssize(below.x);
  double last = 0;
  for (double rate : below.x) {
    sampling.at_start += rate <= kStartOfCurve * limit;
    sampling.widest_gap = std::max(sampling.widest_gap, rate - last);
    last = rate;
  }
  // up to the first point beyond the limit, or the end of the curve
  const size_t next = below.x.size();
  sampling.widest_gap = std::max(sampling.widest_gap, (next < curve.points.x.size() ? limit : 1) - last);
  if (!below.x.empty()) {
    sampling.lowest_rate = below.x.front();
    sampling.highest_rate = below.x.back();
  }
  return sampling;
}

void explain_sampled(Explanation& explanation, const ProRule& rule, const Metric& exact, const Maps& maps) {
  explanation.rule = rule;
  explanation.steps = steps_to(rule, exact, maps, explanation.curve);
  explanation.value = explanation.steps.back().value;
  explanation.sampling = sampling_of(explanation.curve, rule.area.limit);
  explanation.of_ranks = area_of(sample_curve(maps.ranked(), maps.regions, rule.curve, maps.threads), rule.area);
  explanation.four_connected =
      area_of(sample_curve(maps.pixels, maps.four_connected, rule.curve, maps.threads), rule.area);
}

}  // namespace

std::vector<std::string> pro_step_names() {
  std::vector<std::string> names{"thresholds"};
  for (const Step& step : kSampledSteps) names.emplace_back(step.name);
  return names;
}

ProComparison explain(const Scored& scored, const std::vector<std::string>& protocols, double limit) {
  if (!(limit > 0 && limit <= 1)) throw_input("limit {}: it must be above 0 and at most 1", limit);
  check(scored.pixels);
  check(scored.images);
  const int threads = scored.threads;
  Maps maps{scored.pixels, find_regions(scored.pixels, Connectivity::eight, threads),
            find_regions(scored.pixels, Connectivity::four, threads), ranks_of(scored.pixels.scores, threads), threads};
  ProComparison comparison;
  comparison.limit = limit;
  comparison.facts = facts_of(scored, maps.regions, maps.four_connected, limit);
  comparison.exact = exact_pro(maps.pixels, maps.regions, limit, threads);
  if (comparison.exact.defined()) comparison.exact_curve = exact_pro_curve(maps.pixels, maps.regions, threads);
  for (const std::string& name : protocols) {
    const NamedProtocol protocol(name);
    Explanation explanation;
    explanation.protocol = name;
    explanation.metrics = protocol.evaluate(scored);
    explanation.value = explanation.of_ranks = explanation.four_connected = comparison.exact;
    std::optional<ProRule> rule = protocol.pro_rule();
    if (rule && comparison.exact.defined()) {
      rule->area.limit = limit;
      explain_sampled(explanation, *rule, comparison.exact, maps);
    } else if (comparison.exact.defined()) {
      explanation.of_ranks = exact_pro(maps.ranked(), maps.regions, limit, threads);
      explanation.four_connected = exact_pro(maps.pixels, maps.four_connected, limit, threads);
    }
    const Metric& published = *explanation.metrics.find("pro");
    ADREP_ASSERT(limit != kPublishedLimit || explanation.value.value == published.value,
                 "the steps to {} end at {}, not at its value {}", name, explanation.value.value, published.value);
    comparison.protocols.push_back(std::move(explanation));
  }
  return comparison;
}

}  // namespace adrep
