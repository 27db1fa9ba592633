#include "benchmarks/speed/predict_race_report.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/plural.h"
#include "core/base/text_layout.h"

namespace adrep {
namespace {

using nlohmann::ordered_json;

constexpr double median_share = 0.5, tail_share = 0.99;

std::string three_digits(double value) {
  return fmt::format("{:.{}f}", value, value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
}

/// "1.23 s" or "12.3 ms"
std::string wait_text(double seconds) {
  return seconds >= 1 ? three_digits(seconds) + " s" : three_digits(1000 * seconds) + " ms";
}

std::string megabytes_text(double bytes) {
  return fmt::format("{:.0f} MB", bytes / 1e6);
}

/// One of what a contender takes: seconds or bytes, less is better.
struct PredictMeasure {
  const char* key;
  const char* heading;
  double (*value)(const PredictCosts& costs);
  std::string (*text)(double value);
};

const std::array<PredictMeasure, 5> predict_measures = {{
    {"median", "median", [](const PredictCosts& c) { return nearest_rank(c.singles, median_share); }, wait_text},
    {"percentile_99", "99th percentile", [](const PredictCosts& c) { return nearest_rank(c.singles, tail_share); },
     wait_text},
    {"together", "together", [](const PredictCosts& c) { return nearest_rank(c.batches, median_share); }, wait_text},
    {"first_score", "first score", [](const PredictCosts& c) { return nearest_rank(c.starts, median_share); },
     wait_text},
    {"peak_bytes", "memory", [](const PredictCosts& c) { return static_cast<double>(c.peak_bytes); }, megabytes_text},
}};

double times_the_first(const PredictRace& race, const PredictMeasure& measure, size_t contender) {
  return measure.value(race.contenders[contender]) / measure.value(race.contenders.front());
}

double over_empty(const PredictRace& race) {
  return nearest_rank(race.contenders.front().starts, median_share) / nearest_rank(race.empty_starts, median_share);
}

std::vector<std::string> row_of(const PredictRace& race, size_t contender) {
  std::vector<std::string> row = {race.settings.contenders[contender].name};
  for (const PredictMeasure& measure : predict_measures) {
    row.push_back(measure.text(measure.value(race.contenders[contender])));
    if (contender > 0) row.back() += fmt::format(" ({:.2f} x)", times_the_first(race, measure, contender));
  }
  return row;
}

/// Columns of equal width, two spaces apart.
std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows)
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], shown_width(row[i]));
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) line += padded(row[i], widths[i], false) + "  ";
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace

double nearest_rank(std::vector<double> values, double share) {
  ADREP_ASSERT(!values.empty() && share > 0 && share <= 1, "{} values, share {}", values.size(), share);
  std::sort(values.begin(), values.end());
  const double rank = std::ceil(share * static_cast<double>(values.size()));
  return values[static_cast<size_t>(rank) - 1];
}

std::string latest_text(const PredictRace& race, std::vector<double> PredictCosts::*kind) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < race.contenders.size(); ++i)
    texts.push_back(race.settings.contenders[i].name + " " + wait_text((race.contenders[i].*kind).back()));
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string predict_race_text(const PredictRace& race) {
  const PredictRaceSettings& settings = race.settings;
  std::string text = fmt::format(
      "{}, each {} by itself, and {} together; {} each; up to {:.2f} of {} processors taken by other work before "
      "turns\n\n",
      counted(std::ssize(settings.images), "image"), counted(settings.repeats, "time"), settings.together,
      counted(settings.threads, "thread"), race.busiest.busy, race.busiest.processors);
  std::vector<std::vector<std::string>> rows = {{""}};
  for (const PredictMeasure& measure : predict_measures) rows.front().push_back(measure.heading);
  for (size_t i = 0; i < race.contenders.size(); ++i) rows.push_back(row_of(race, i));
  text += aligned(rows);
  if (!race.empty_starts.empty())
    text += fmt::format("\nthe empty program takes {}; the first score of {} takes {:.2f} times as long\n",
                        wait_text(nearest_rank(race.empty_starts, median_share)), settings.contenders.front().name,
                        over_empty(race));
  return text;
}

std::string predict_race_json(const PredictRace& race) {
  const PredictRaceSettings& settings = race.settings;
  ordered_json contenders = ordered_json::array();
  for (size_t i = 0; i < race.contenders.size(); ++i) {
    const PredictCosts& costs = race.contenders[i];
    ordered_json contender = {{"name", settings.contenders[i].name}, {"command", settings.contenders[i].command}};
    for (const PredictMeasure& measure : predict_measures) contender[measure.key] = measure.value(costs);
    for (const PredictMeasure& measure : predict_measures)
      contender["times_the_first"][measure.key] = times_the_first(race, measure, i);
    contender["seconds"] = {{"first_score", costs.starts}, {"by_itself", costs.singles}, {"together", costs.batches}};
    contenders.push_back(contender);
  }
  ordered_json json = {
      {"contenders", contenders},
      {"images", settings.images.size()},
      {"repeats", settings.repeats},
      {"threads", settings.threads},
      {"together", settings.together},
      {"machine", {{"processors", race.busiest.processors}, {"busy_before_turns", race.busiest.busy}}}};
  if (!race.empty_starts.empty())
    json["empty_program"] = {{"seconds", race.empty_starts}, {"first_score_over_it", over_empty(race)}};
  return json.dump(2) + "\n";
}

}  // namespace adrep
