#include "benchmarks/speed/race_report.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/plural.h"
#include "core/base/progress.h"
#include "core/base/text_layout.h"

namespace adrep {
namespace {

using nlohmann::ordered_json;

/// One of what is compared, and what its changes are called.
struct Measure {
  const char* name;
  const char* less;
  const char* more;
  std::string (*text)(double value);
};

/// To a hundredth where duration_text gives a tenth of few seconds.
std::string run_time_text(double seconds) {
  return seconds >= 1 && seconds < 10 ? fmt::format("{:.2f} s", seconds) : duration_text(seconds);
}

std::string peak_text(double bytes) {
  return fmt::format("{:.0f} MB", bytes / 1e6);
}

constexpr Measure time_measure{"time", "faster", "slower", run_time_text},
    memory_measure{"memory", "less", "more", peak_text};

std::string verdict_text(const TurnComparison& c, const Measure& measure) {
  if (c.change != Change::same) return c.change == Change::less ? measure.less : measure.more;
  return c.within_noise() ? "same within noise" : "same within tolerance";
}

std::string comparison_line(const TurnComparison& c, const Measure& measure) {
  return fmt::format("{:<8}A {:<14}B {:<14}ratio {:.3f} [{:.3f}, {:.3f}]  noise {:.1f} %  {}\n", measure.name,
                     measure.text(c.a), measure.text(c.b), c.ratio, c.low, c.high, 100 * c.noise,
                     verdict_text(c, measure));
}

/// What a verdict "same" leaves open, or "".
std::string open_line(const TurnComparison& c, const Measure& measure, double tolerance) {
  if (c.change != Change::same || c.high <= 1 + tolerance) return "";
  return fmt::format("{}: {:.1f} % {} cannot be ruled out: more --repeats narrow it\n", measure.name,
                     100 * (c.high - 1), measure.more);
}

/// Where a side's peak may be lower than what the system reports, or "".
std::string hidden_peak_line(const RaceSide& side, char name) {
  constexpr double counting = 1.01;  // the kernel counts pages in lots
  const bool hidden = std::any_of(side.turns.begin(), side.turns.end(), [](const ChildCost& cost) {
    return static_cast<double>(cost.peak_bytes) <= counting * static_cast<double>(cost.least_peak);
  });
  if (!hidden) return "";
  return fmt::format("memory: of {} it is known only that it takes at most {}, what this program takes itself\n", name,
                     peak_text(static_cast<double>(side.turns.front().peak_bytes)));
}

std::string cells_line(const CellDifference& cells) {
  if (cells.cells == 0) return "cells: neither wrote one\n";
  if (cells.different == 0) return fmt::format("cells: the same bytes ({})\n", counted(cells.cells, "cell"));
  return fmt::format("cells: {} of {} differ: adrep regress says how\n", cells.different, cells.cells);
}

ordered_json comparison_json(const TurnComparison& c, const Measure& measure) {
  return {{"a", c.a},       {"b", c.b},           {"ratio", c.ratio}, {"low", c.low},
          {"high", c.high}, {"confidence", 0.95}, {"noise", c.noise}, {"verdict", verdict_text(c, measure)}};
}

ordered_json side_json(const RaceSide& side) {
  ordered_json seconds = ordered_json::array(), peaks = ordered_json::array();
  for (const ChildCost& cost : side.turns) seconds.push_back(cost.seconds), peaks.push_back(cost.peak_bytes);
  return {{"program", side.program.string()}, {"version", side.version}, {"seconds", seconds}, {"peak_bytes", peaks}};
}

}  // namespace

std::string cost_text(const ChildCost& cost) {
  return run_time_text(cost.seconds) + ", " + peak_text(static_cast<double>(cost.peak_bytes));
}

std::string race_text(const BuildRace& race) {
  const std::string program_a = race.a.program.string(), program_b = race.b.program.string();
  const size_t width = std::max(shown_width(program_a), shown_width(program_b));
  std::string text = fmt::format("A  {}  {}\nB  {}  {}\n", padded(program_a, width, false), race.a.version,
                                 padded(program_b, width, false), race.b.version);
  text += fmt::format("{} of adrep run {}; up to {:.2f} of {} processors taken by other work before them\n\n",
                      counted(race.settings.repeats, "turn"), fmt::join(race.settings.words, " "), race.busiest.busy,
                      race.busiest.processors);
  text += comparison_line(race.time, time_measure) + comparison_line(race.memory, memory_measure);
  text += open_line(race.time, time_measure, race.settings.tolerance);
  text += open_line(race.memory, memory_measure, race.settings.tolerance);
  text += hidden_peak_line(race.a, 'A') + hidden_peak_line(race.b, 'B');
  return text + cells_line(race.cells);
}

std::string race_json(const BuildRace& race) {
  const ordered_json json = {
      {"a", side_json(race.a)},
      {"b", side_json(race.b)},
      {"words", race.settings.words},
      {"repeats", race.settings.repeats},
      {"tolerance", race.settings.tolerance},
      {"time", comparison_json(race.time, time_measure)},
      {"memory", comparison_json(race.memory, memory_measure)},
      {"cells", {{"compared", race.cells.cells}, {"different", race.cells.different}}},
      {"machine", {{"processors", race.busiest.processors}, {"busy_before_turns", race.busiest.busy}}},
      {"regression", is_regression(race)}};
  return json.dump(2) + "\n";
}

}  // namespace adrep
