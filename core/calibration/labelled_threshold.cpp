#include "core/calibration/labelled_threshold.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "core/base/error.h"

namespace adrep {
namespace {

/// 0.29 · 100 is 28.999…96 in doubles, and means 29.
constexpr double recall_slack = 1e-9;

/// All images whose score is above a threshold.
struct CalledDefective {
  int64_t defective = 0, good = 0;
  double lowest = 0;                                       ///< score among them
  double next = -std::numeric_limits<double>::infinity();  ///< the largest score that is not
};

/// Every way to call some images defective by a threshold, the fewest first.
struct ThresholdChoices {
  std::vector<CalledDefective> called;
  int64_t defective = 0, good = 0;  ///< of all images
};

void require_labelled_scores(std::span<const double> scores, std::span<const uint8_t> labels) {
  if (scores.size() != labels.size()) throw_input("{} scores with {} labels", scores.size(), labels.size());
  for (size_t i = 0; i < scores.size(); ++i)
    if (!(std::abs(scores[i]) < std::numeric_limits<float>::max()))
      throw_input("labelled image {} has the score {}", i, scores[i]);
}

ThresholdChoices threshold_choices(std::span<const double> scores, std::span<const uint8_t> labels) {
  require_labelled_scores(scores, labels);
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  ThresholdChoices choices;
  for (size_t i = 0; i < order.size(); ++i) {
    const double score = scores[order[i]];
    ++(labels[order[i]] != 0 ? choices.defective : choices.good);
    const bool is_last = i + 1 == order.size();
    if (is_last)
      choices.called.push_back({choices.defective, choices.good, score});
    else if (const double next = scores[order[i + 1]]; next < score)
      choices.called.push_back({choices.defective, choices.good, score, next});
  }
  if (choices.defective == 0) throw_input("no defective image among the labelled ones: a threshold needs both");
  if (choices.good == 0) throw_input("no good image among the labelled ones: a threshold needs both");
  return choices;
}

/// In [next, lowest), or just below `lowest` where nothing is below it.
double threshold_below(const CalledDefective& called) {
  if (std::isinf(called.next))
    return std::nextafter(static_cast<float>(called.lowest), -std::numeric_limits<float>::infinity());
  const double halfway = static_cast<float>(called.next + (called.lowest - called.next) / 2);
  // neighbouring float32 numbers have none between them
  return halfway >= called.next && halfway < called.lowest ? halfway : called.next;
}

LabelledThreshold labelled_threshold_of(const CalledDefective& called, const ThresholdChoices& choices) {
  const auto found = static_cast<double>(called.defective), alarms = static_cast<double>(called.good);
  const auto defective = static_cast<double>(choices.defective);
  return {threshold_below(called), 2 * found / (defective + found + alarms), found / defective,
          alarms / static_cast<double>(choices.good)};
}

}  // namespace

LabelledThreshold best_f1_threshold(std::span<const double> scores, std::span<const uint8_t> labels) {
  const ThresholdChoices choices = threshold_choices(scores, labels);
  const auto marked = [&](const CalledDefective& called) { return choices.defective + called.defective + called.good; };
  const CalledDefective* best = &choices.called.front();
  for (const CalledDefective& called : choices.called) {
    // F1 = 2 found / marked, compared in whole numbers; of equal ones the first has the fewest false alarms
    if (called.defective * marked(*best) > best->defective * marked(called)) best = &called;
  }
  return labelled_threshold_of(*best, choices);
}

LabelledThreshold recall_threshold(std::span<const double> scores, std::span<const uint8_t> labels, double recall) {
  if (!(recall > 0 && recall <= 1)) throw_input("a recall is more than 0 and at most 1, not {}", recall);
  const ThresholdChoices choices = threshold_choices(scores, labels);
  const auto wanted = std::max<int64_t>(
      1, static_cast<int64_t>(std::ceil(recall * static_cast<double>(choices.defective) - recall_slack)));
  const CalledDefective* best = nullptr;
  for (const CalledDefective& called : choices.called) {
    if (called.defective < wanted) continue;
    if (!best || called.good == best->good) best = &called;  // more are found at no cost
  }
  return labelled_threshold_of(*best, choices);
}

}  // namespace adrep
