#include "core/metrics/score_dangers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/base/names.h"

namespace adrep {
namespace {

constexpr double kOutlierShare = 0.5;  ///< of the score range above 99.9 % of the pixels
constexpr double kWideGap = 0.1;       ///< of the limit, between neighbouring points
constexpr int64_t kFewTracing = 10;
constexpr double kOrderMatters = 0.01;  ///< change of a PRO by ranks
constexpr int64_t kQuantised = 4096;    ///< different scores; 12 bits
constexpr double kSharedScore = 0.01;   ///< of all pixels
constexpr int64_t kFewRegions = 10;

using Dangers = std::vector<Danger>;

void add(Dangers& dangers, Danger::Kind kind, std::string text) {
  dangers.emplace_back(Danger{kind, std::move(text)});
}

std::string points(double value) {
  return fmt::format("{:.1f}", 100 * value);
}

void undefined_values(const ProComparison& comparison, Dangers& dangers) {
  if (!comparison.exact.defined()) {
    add(dangers, Danger::Kind::undefined, "PRO has no value: " + comparison.exact.undefined + ".");
    return;
  }
  for (const Explanation& explanation : comparison.protocols)
    if (!explanation.value.defined())
      add(dangers, Danger::Kind::undefined,
          fmt::format("{} has no PRO: {}.", explanation.protocol, explanation.value.undefined));
}

void images(const ScoreFacts& facts, Dangers& dangers) {
  if (facts.images > 0 && facts.anomalous_images == facts.images)
    add(dangers, Danger::Kind::images,
        "There is no normal image: image metrics have no value, and false positives are counted around "
        "the defects only.");
  if (facts.images > 0 && facts.anomalous_images == 0)
    add(dangers, Danger::Kind::images, "There is no anomalous image.");
  if (facts.anomalous_without_pixels > 0)
    add(dangers, Danger::Kind::images,
        fmt::format("{} of {} anomalous images have no anomalous pixel (a crop may have cut the defect away): image "
                    "metrics want a high score for them, pixel metrics a low one everywhere.",
                    facts.anomalous_without_pixels, facts.anomalous_images));
}

void outliers(const ScoreFacts& facts, Dangers& dangers) {
  if (facts.above_bulk <= kOutlierShare) return;
  add(dangers, Danger::Kind::outliers,
      fmt::format("The highest 0.1 % of the pixels take {:.0f} % of the score range: thresholds that are spaced "
                  "evenly in score mostly lie among them.",
                  100 * facts.above_bulk));
}

void sampling(const ProComparison& comparison, Dangers& dangers) {
  for (const Explanation& explanation : comparison.protocols) {
    if (!explanation.rule || explanation.curve.thresholds.empty()) continue;
    const Sampling& found = explanation.sampling;
    if (tracing(found) >= kFewTracing && found.widest_gap <= kWideGap * comparison.limit) continue;
    add(dangers, Danger::Kind::sampling,
        fmt::format("{}: {} of {} thresholds trace the curve up to a false-positive rate of {}; where they are {:.3f} "
                    "apart, a straight line stands for the curve.",
                    explanation.protocol, tracing(found), found.thresholds, comparison.limit, found.widest_gap));
  }
}

void order(const ProComparison& comparison, Dangers& dangers) {
  std::vector<std::string> changes;
  for (const Explanation& explanation : comparison.protocols) {
    const Metric &value = explanation.value, &ranks = explanation.of_ranks;
    if (value.defined() && ranks.defined() && std::abs(ranks.value - value.value) > kOrderMatters)
      changes.push_back(
          fmt::format("from {} to {} ({})", points(value.value), points(ranks.value), explanation.protocol));
  }
  if (changes.empty()) return;
  add(dangers, Danger::Kind::order,
      fmt::format("With every score replaced by its rank, which keeps the order of all pixels, PRO goes "
                  "{}: a logarithm or a root of the maps can move it as far.",
                  listed(changes)));
}

void ties(const ScoreFacts& facts, Dangers& dangers) {
  if (facts.pixels > 4 * kQuantised && facts.distinct <= kQuantised)
    add(dangers, Danger::Kind::ties,
        fmt::format("The {} pixels have {} different scores: the maps are quantised, and protocols "
                    "treat equal scores differently.",
                    facts.pixels, facts.distinct));
  const double share = static_cast<double>(facts.largest_tie) / static_cast<double>(std::max<int64_t>(1, facts.pixels));
  if (share > kSharedScore && facts.distinct > 1)
    add(dangers, Danger::Kind::ties,
        fmt::format("{:.1f} % of the pixels share the score {:.6g}.", 100 * share, facts.tied_score));
}

void regions(const ScoreFacts& facts, Dangers& dangers) {
  if (facts.regions == 0) return;
  if (facts.regions < kFewRegions)
    add(dangers, Danger::Kind::regions,
        fmt::format("PRO is the mean over {} region{}: one defect more or less moves it.", facts.regions,
                    facts.regions == 1 ? " only" : "s only"));
  if (facts.tiny_regions > 0)
    add(dangers, Danger::Kind::regions,
        fmt::format("{} of {} regions are smaller than 25 pixels, the smallest {}. Each counts as much as the largest, "
                    "{} pixels; a dilation of 5x5 more than doubles them.",
                    facts.tiny_regions, facts.regions, facts.smallest_region, facts.largest_region));
}

void connectivity(const ProComparison& comparison, Dangers& dangers) {
  const ScoreFacts& facts = comparison.facts;
  if (facts.regions == facts.regions_four) return;
  double largest = 0;
  for (const Explanation& explanation : comparison.protocols)
    if (explanation.value.defined() && explanation.four_connected.defined())
      largest = std::max(largest, std::abs(explanation.four_connected.value - explanation.value.value));
  add(dangers, Danger::Kind::connectivity,
      fmt::format("Some defects touch at corners only: {} regions here, {} for a code that is 4-connected. That would "
                  "move a PRO by up to {:.2f} points.",
                  facts.regions, facts.regions_four, 100 * largest));
}

}  // namespace

int64_t tracing(const Sampling& sampling) {
  return sampling.below_limit - sampling.at_start;
}

std::vector<Danger> dangers_of(const ProComparison& comparison) {
  Dangers dangers;
  undefined_values(comparison, dangers);
  images(comparison.facts, dangers);
  outliers(comparison.facts, dangers);
  sampling(comparison, dangers);
  order(comparison, dangers);
  ties(comparison.facts, dangers);
  regions(comparison.facts, dangers);
  connectivity(comparison, dangers);
  return dangers;
}

}  // namespace adrep
