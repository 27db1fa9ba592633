#include "benchmarks/cluster/status_formats.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/plural.h"
#include "core/base/text_layout.h"

namespace adrep {
namespace {

using State = ResultState;
using nlohmann::json;

/// The order in which a reader wants them.
constexpr State shown_order[] = {State::done, State::running, State::queued, State::failed,
                                 State::lost, State::blocked, State::planned};

constexpr const char* red = "\033[31m";
constexpr const char* green = "\033[32m";
constexpr const char* plain = "\033[0m";

std::string coloured(const std::string& text, const char* colour, bool use) {
  return use ? colour + text + plain : text;
}

std::string count_text(int64_t count) {
  return count == 0 ? "-" : fmt::format("{}", count);
}

/// The table by data set and backbone.
class CountsTable {
 public:
  explicit CountsTable(const RunStatus& status) : status_(status) {
    for (const RunStatus::Part& part : status.parts) {
      data_ = std::max(data_, shown_width(part.data_set));
      backbone_ = std::max(backbone_, shown_width(part.backbone));
    }
  }

  std::string text(bool colour) const {
    std::string text = padded("data set", data_, false) + "  " + padded("backbone", backbone_, false);
    for (const State state : shown_order) text += "  " + padded(name_of(state), width(state), true);
    text += "\n" + std::string(shown_width(text), '-') + "\n";
    for (const RunStatus::Part& part : status_.parts) text += row(part.data_set, part.backbone, part.counts, colour);
    if (status_.parts.size() > 1) text += row("all", "", status_.all, colour);
    return text;
  }

 private:
  static size_t width(State state) { return std::max<size_t>(5, shown_width(name_of(state))); }

  std::string row(const std::string& data, const std::string& backbone, const StateCounts& counts, bool colour) const {
    std::string text = padded(data, data_, false) + "  " + padded(backbone, backbone_, false);
    for (const State state : shown_order) {
      const bool bad = (state == State::failed || state == State::lost) && counts[state] > 0;
      const bool good = state == State::done && counts[state] > 0;
      const std::string number = padded(count_text(counts[state]), width(state), true);
      text += "  " + coloured(number, bad ? red : green, colour && (bad || good));
    }
    return text + "\n";
  }

  const RunStatus& status_;
  size_t data_ = shown_width("data set"), backbone_ = shown_width("backbone");
};

/// What a process is at, without the title of the work; "" where it is at something else that it has taken.
std::string activity_in(const RunStatus::Work& work, const std::vector<RunStatus::Work>& all) {
  const std::string& activity = work.owner.activity;
  if (activity.starts_with(work.title + ": ")) return activity.substr(work.title.size() + 2);
  const bool other = std::any_of(all.begin(), all.end(), [&](const RunStatus::Work& one) {
    return one.owner.process == work.owner.process && activity.starts_with(one.title + ": ");
  });
  return other ? "" : activity;
}

std::string work_text(const RunStatus::Work& work, const std::vector<RunStatus::Work>& all) {
  const std::string text = fmt::format("{}  {} since {}", work.title, work.owner.name(), work.owner.since);
  if (work.lost) return text + (is_gone(work.owner) ? "  it is gone" : "  no sign of life");
  const std::string activity = activity_in(work, all);
  return activity.empty() ? text : text + "  " + activity;
}

std::string fitted_line(const std::string& text, size_t width) {
  return (width == 0 ? text : shortened(text, width)) + "\n";
}

std::string missed_text(const RunStatus& status, const StatusTextOptions& options) {
  std::string text;
  for (size_t i = 0; i < status.missed.size(); ++i) {
    const RunStatus::Missed& missed = status.missed[i];
    text += fmt::format("{} {}: {}\n", coloured(missed.lost ? "lost" : "failed", red, options.colour), missed.title,
                        missed.why);
    if (i + 1 < status.missed.size() && status.missed[i + 1].log == missed.log) continue;  // of one task: said once
    for (const std::string& line : missed.log) text += "    " + line + "\n";
  }
  return text.empty() ? "" : "\n" + text;
}

json counts_json(const StateCounts& counts) {
  json all = json::object();
  for (size_t state = 0; state < result_states; ++state) all[name_of(static_cast<State>(state))] = counts.counts[state];
  return all;
}

}  // namespace

std::string status_line(const RunStatus& status) {
  std::string text = counted(status.all.all(), "cell") + ":";
  bool first = true;
  for (const State state : shown_order) {
    if (status.all[state] == 0) continue;
    text += fmt::format("{} {} {}", first ? "" : ",", status.all[state], name_of(state));
    first = false;
  }
  return text;
}

std::string status_text(const RunStatus& status, const StatusTextOptions& options) {
  std::string text = CountsTable(status).text(options.colour);
  for (const bool lost : {false, true}) {
    std::string lines;
    for (const RunStatus::Work& work : status.work)
      if (work.lost == lost) lines += fitted_line("  " + work_text(work, status.work), options.width);
    if (!lines.empty())
      text +=
          fmt::format("\n{}\n{}", lost ? "taken by processes that are gone or give no sign of life" : "running", lines);
  }
  if (!status.submissions.empty()) text += "\nsubmitted\n";
  for (const RunStatus::Submitted& one : status.submissions)
    text += fmt::format("  {}  {}: {} of {} ended, {} running  {}\n", one.name,
                        !one.taken ? "not taken by the scheduler" : "jobs " + (one.jobs.empty() ? "unknown" : one.jobs),
                        one.ended, counted(one.tasks, "task"), one.running, one.folder.string());
  if (options.missed) text += missed_text(status, options);
  for (const std::string& note : status.notes) text += "note: " + note + "\n";
  return text;
}

json status_json(const RunStatus& status) {
  json parts = json::array(), running = json::array(), failed = json::array(), submissions = json::array();
  for (const RunStatus::Part& part : status.parts) {
    json one = counts_json(part.counts);
    one["data_set"] = part.data_set;
    one["backbone"] = part.backbone;
    parts.push_back(std::move(one));
  }
  for (const RunStatus::Work& work : status.work)
    running.push_back({{"title", work.title},
                       {"host", work.owner.host},
                       {"process", work.owner.process},
                       {"since", work.owner.since},
                       {"activity", work.owner.activity},
                       {"lost", work.lost}});
  for (const RunStatus::Missed& missed : status.missed)
    failed.push_back({{"title", missed.title}, {"why", missed.why}, {"lost", missed.lost}, {"log", missed.log}});
  for (const RunStatus::Submitted& one : status.submissions)
    submissions.push_back({{"name", one.name},
                           {"jobs", one.jobs},
                           {"folder", one.folder.string()},
                           {"tasks", one.tasks},
                           {"running", one.running},
                           {"ended", one.ended}});
  return {{"cells", counts_json(status.all)},
          {"parts", parts},
          {"running", running},
          {"failed", failed},
          {"notes", status.notes},
          {"submissions", submissions}};
}

}  // namespace adrep
