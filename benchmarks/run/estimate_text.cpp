#include <algorithm>

#include "benchmarks/run/estimate.h"
#include "core/base/machine_memory.h"
#include "core/base/progress.h"
#include "core/base/text_layout.h"

namespace adrep {
namespace {

/// A line on what takes more than half of a time that people wait for, or "".
std::string largest_part(const Estimate& estimate) {
  constexpr double worth_saying = 10;
  for (const auto& [name, part] : estimate.parts) {
    if (estimate.seconds < worth_saying || part.seconds < estimate.seconds / 2) continue;
    std::string text = fmt::format("mostly   {}: {:.0f} %", name, 100 * part.seconds / estimate.seconds);
    if (!part.suggestion.empty())
      text += fmt::format("; with {} about {} instead of {}", part.suggestion, duration_text(part.faster_seconds),
                          duration_text(part.seconds));
    return text + "\n";
  }
  return "";
}

std::string gigabytes(double bytes) {
  return fmt::format("{:.1f} GB", bytes / 1e9);
}

/// Lines of columns, those from `numbers` on with their ends below each other.
std::string in_columns(const std::vector<std::vector<std::string>>& lines, size_t numbers) {
  std::vector<size_t> widths(lines.front().size());
  for (const auto& line : lines)
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], shown_width(line[i]));
  std::string text;
  for (const auto& line : lines) {
    std::string cells;
    for (size_t i = 0; i < line.size(); ++i) cells += padded(line[i], widths[i], /*right=*/i >= numbers) + "  ";
    text += "  " + cells.substr(0, cells.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string rows_as_text(const std::vector<EstimateRow>& rows) {
  std::vector<std::vector<std::string>> lines = {
      {"data set", "backbone", "to do", "done", "blocked", "fits", "passes", "drawn", "time", "memory", "disk"}};
  for (const EstimateRow& row : rows)
    lines.push_back({row.data_set, row.backbone, std::to_string(row.to_do), std::to_string(row.done),
                     std::to_string(row.blocked), std::to_string(row.fits), std::to_string(row.passes),
                     std::to_string(row.drawn), duration_text(row.seconds), gigabytes(row.peak_bytes),
                     gigabytes(row.disk_bytes)});
  return in_columns(lines, 2);
}

std::string pretrainings_as_text(const std::vector<PretrainingRow>& rows) {
  if (rows.empty()) return "";
  std::vector<std::vector<std::string>> lines = {{"pretraining", "", "passes", "time", "disk"}};
  for (const PretrainingRow& row : rows) {
    const bool known = row.counted && row.state != "done";
    lines.push_back({row.title, row.state, known ? std::to_string(row.passes) : "",
                     known ? duration_text(row.seconds) : "", known ? gigabytes(row.disk_bytes) : ""});
  }
  return in_columns(lines, 2);
}

std::string limits_as_text(const Estimate& estimate) {
  std::string text;
  if (estimate.peak_bytes > 0)
    text +=
        fmt::format("memory   about {} for {}; this machine has {}\n", gigabytes(estimate.peak_bytes),
                    estimate.jobs > 1 ? fmt::format("{} jobs on classes like {}", estimate.jobs, estimate.peak_class)
                                      : estimate.peak_class,
                    gigabytes(static_cast<double>(machine_memory())));
  if (estimate.spill_bytes > 0)
    text += fmt::format("spilled  up to {} of features at a time, which do not fit into memory=, lie in files\n",
                        gigabytes(estimate.spill_bytes));
  if (estimate.disk_bytes > 1e8) {
    text += fmt::format("disk     about {} of features and score maps", gigabytes(estimate.disk_bytes));
    if (estimate.cache_limit > 0 && estimate.disk_bytes > estimate.cache_limit)
      text +=
          fmt::format("; cache.limit keeps {}, what was used longest ago goes first", gigabytes(estimate.cache_limit));
    text += "\n";
  }
  return text;
}

}  // namespace

std::string to_text(const Estimate& estimate) {
  std::string text =
      fmt::format("cells    {}: {}\nimages   {}\n", estimate.cells, estimate.work.text(), estimate.images);
  if (estimate.rows.size() > 1) {
    text += rows_as_text(estimate.rows);
  } else {
    for (const std::string& line : estimate.lines) text += "  " + line + "\n";
  }
  text += pretrainings_as_text(estimate.pretrainings);
  int64_t blocked = 0;
  for (const EstimateRow& row : estimate.rows) blocked += row.blocked;
  text += fmt::format("time     about {}{} (estimated from a short measurement on this machine)\n",
                      duration_text(estimate.seconds),
                      estimate.jobs > 1 ? fmt::format(" with {} jobs", estimate.jobs) : "");
  text += largest_part(estimate) + limits_as_text(estimate);
  for (const std::string& line : estimate.exceeded) text += "too much " + line + "\n";
  for (const std::string& line : estimate.short_of) text += "note     " + line + "\n";
  if (blocked > 0) text += fmt::format("blocked  {} of {} cells, by what is missing\n", blocked, estimate.cells);
  if (estimate.missing.empty()) text += "missing  nothing\n";
  for (const std::string& line : estimate.missing) text += "missing  " + line + "\n";
  return text;
}

}  // namespace adrep
