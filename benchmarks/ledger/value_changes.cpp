#include "benchmarks/ledger/value_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "benchmarks/ledger/ledger.h"
#include "core/base/error.h"
#include "core/base/plural.h"
#include "core/base/text_layout.h"

namespace adrep {
namespace {

/// Whether two places name nothing differently, both a class or neither.
bool compatible(const Place& a, const Place& b) {
  if (a.contains("class") != b.contains("class")) return false;
  return std::all_of(a.begin(), a.end(), [&](const auto& dimension) {
    const auto other = b.find(dimension.first);
    return other == b.end() || other->second == dimension.second;
  });
}

bool has_any(const OwnMethod& method, const std::vector<std::string>& metrics) {
  return std::any_of(metrics.begin(), metrics.end(),
                     [&](const std::string& metric) { return method.value(metric).has_value(); });
}

double change_in_points(const ValueChange& change) {
  return change.before && change.after ? *change.after - *change.before : 0;
}

std::string two_digits(const std::optional<double>& value) {
  return value ? fmt::format("{:.2f}", *value) : "undef.";
}

std::string without_negative_zero(std::string text) {
  if (text.starts_with("-0.00")) text[0] = '+';
  return text;
}

/// In percent of the old value.
std::string relative(const ValueChange& change) {
  if (!change.before || !change.after || *change.before == 0) return "";
  return without_negative_zero(fmt::format("{:+.2f} %", change_in_points(change) / *change.before * 100));
}

std::string difference(const ValueChange& change) {
  return change.before && change.after ? without_negative_zero(fmt::format("{:+.2f}", change_in_points(change))) : "";
}

/// What was measured by other rules, so that values do not compare.
std::string other_rules(const OwnMethod& before, const OwnMethod& after) {
  const std::map<std::string, std::string> old = before.rules(), now = after.rules();
  std::string text;
  for (const auto& [name, value] : now)
    if (const auto was = old.find(name); was != old.end() && was->second != value)
      text += fmt::format("{}{} {}, old {}", text.empty() ? "" : "; ", name, value, was->second);
  return text;
}

std::string changes_summary(const ValueChanges& all) {
  constexpr double written = 1e-6;  // points; a CSV file holds ten digits
  int64_t lower = 0, higher = 0, equal = 0, undefined = 0, other = 0;
  for (const ValueChange& change : all.changes) {
    other += !change.why.empty();
    if (!change.before || !change.after) {
      ++undefined;
      continue;
    }
    const double by = change_in_points(change);
    (by < -written ? lower : by > written ? higher : equal) += 1;
  }
  std::string text =
      fmt::format("{}: {} higher, {} lower, {} equal", counted(std::ssize(all.changes), "value"), higher, lower, equal);
  if (undefined > 0) text += fmt::format(", {} without a value on one side", undefined);
  if (other > 0) text += fmt::format("; {} by other rules, which do not compare", counted(other, "value"));
  if (all.only_before > 0) text += fmt::format("; {} only in the old", counted(all.only_before, "place"));
  if (all.only_after > 0) text += fmt::format("; {} only in the new", counted(all.only_after, "place"));
  return text;
}

}  // namespace

ValueChanges value_changes(const std::vector<OwnMethod>& before, const std::vector<OwnMethod>& after,
                           const std::vector<std::string>& metrics) {
  ValueChanges all;
  std::set<const OwnMethod*> met;
  for (const OwnMethod& old : before) {
    if (!has_any(old, metrics)) continue;
    const OwnMethod* same = nullptr;
    for (const OwnMethod& now : after) {
      if (!has_any(now, metrics) || !compatible(old.place, now.place)) continue;
      if (same)
        throw_input(
            "--compare: {} fits {} and {}: name what tells them apart, in a column or with a layout that has it",
            place_text(old.place), place_text(same->place), place_text(now.place));
      same = &now;
    }
    if (!same) {
      ++all.only_before;
      continue;
    }
    met.insert(same);
    for (const std::string& metric : metrics) {
      const std::optional<double> was = old.value(metric), is = same->value(metric);
      if (was || is) all.changes.push_back({old.place, metric, was, is, other_rules(old, *same)});
    }
  }
  for (const OwnMethod& now : after) all.only_after += has_any(now, metrics) && !met.contains(&now);
  if (all.changes.empty())
    throw_input("--compare: nothing is in both: {} on one side, {} on the other, no place the same",
                counted(all.only_before, "place"), counted(all.only_after, "place"));
  return all;
}

std::string changes_as_text(const ValueChanges& all) {
  size_t wide = 5;
  for (const ValueChange& change : all.changes) wide = std::max(wide, shown_width(place_text(change.place)));
  std::string text = fmt::format("{} {} {:>8} {:>8} {:>8} {:>10}\n", padded("place", wide, false),
                                 padded("metric", 12, false), "old", "new", "points", "percent");
  for (const ValueChange& change : all.changes)
    text += fmt::format("{} {} {:>8} {:>8} {:>8} {:>10}", padded(place_text(change.place), wide, false),
                        padded(change.metric, 12, false), two_digits(change.before), two_digits(change.after),
                        difference(change), relative(change)) +
            (change.why.empty() ? "" : "  " + change.why) + "\n";
  return text + changes_summary(all) + "\n";
}

std::string changes_as_markdown(const ValueChanges& all) {
  std::vector<ValueChange> sorted = all.changes;
  std::stable_sort(sorted.begin(), sorted.end(), [](const ValueChange& a, const ValueChange& b) {
    return change_in_points(a) < change_in_points(b);
  });
  std::string text =
      changes_summary(all) +
      "\n\n| place | metric | old | new | points | percent | other rules |\n|---|---|---:|---:|---:|---:|---|\n";
  for (const ValueChange& change : sorted)
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", markdown_text(place_text(change.place)),
                        markdown_text(change.metric), two_digits(change.before), two_digits(change.after),
                        difference(change), relative(change), markdown_text(change.why));
  return text;
}

std::string changes_as_csv(const ValueChanges& all) {
  const auto plain = [](const std::optional<double>& value) { return value ? fmt::format("{:.10g}", *value) : ""; };
  std::string text = "place,metric,old,new,points,other_rules\n";
  for (const ValueChange& change : all.changes)
    text += fmt::format("{},{},{},{},{},{}\n", csv_label(place_text(change.place)), csv_label(change.metric),
                        plain(change.before), plain(change.after),
                        change.before && change.after ? fmt::format("{:.10g}", change_in_points(change)) : "",
                        csv_field(change.why));
  return text;
}

std::string changes_as_json(const ValueChanges& all) {
  nlohmann::json lines = nlohmann::json::array();
  for (const ValueChange& change : all.changes) {
    nlohmann::json line = {{"place", change.place}, {"metric", change.metric}};
    if (change.before) line["old"] = *change.before;
    if (change.after) line["new"] = *change.after;
    if (!change.why.empty()) line["other_rules"] = change.why;
    lines.push_back(std::move(line));
  }
  return nlohmann::json{
             {"unit", "percent"}, {"changes", lines}, {"only_old", all.only_before}, {"only_new", all.only_after}}
             .dump(1, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

}  // namespace adrep
