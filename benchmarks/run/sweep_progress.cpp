#include "benchmarks/run/sweep_progress.h"

#include <algorithm>

#include "core/base/progress.h"

namespace adrep {
namespace {

std::string metrics_text(const Cell& cell) {
  std::string text;
  for (const auto& [name, title] : {std::pair{"image_auroc", "image AUROC"}, std::pair{"pro", "PRO"}}) {
    const Metric metric = cell.metric(name);
    if (!metric.defined()) continue;
    text += fmt::format("{}{} {:.1f}", text.empty() ? "" : ", ", title, 100 * metric.value);
  }
  return text.empty() ? "no metric is defined" : text;
}

}  // namespace

SweepProgress::Kind SweepProgress::kind_of(const PlannedCell& cell) {
  return {cell.config->settings.backbone + "|" + cell.detector + "|" + cell.features, cell.detector};
}

SweepProgress::SweepProgress(const Plan& plan) : total_(plan.cell_count()) {
  for (const PlannedGroup& group : plan.groups)
    for (const PlannedCell& cell : group.cells) ++to_come_[kind_of(cell)];
}

std::string SweepProgress::line(const CellOutcome& outcome, const PlannedResult& planned) {
  const PlannedCell& cell = outcome.planned;
  const Kind kind = kind_of(cell);
  if (seen_.insert(planned.id).second) {
    --to_come_[kind];
    ++done_;
  }
  const double now = watch_.seconds(), took = now - last_;
  last_ = now;
  if (!outcome.reused && outcome.error.empty())
    for (const std::string& name : kind.names()) {
      means_[name].seconds += took;
      ++means_[name].count;
    }
  const size_t digits = std::to_string(total_).size();
  std::string text =
      fmt::format("[{:>{}}/{} {}%] {}/{} · {} · {} · {}", done_, digits, total_, 100 * done_ / total_, planned.data_set,
                  cell.class_name, cell.config->settings.backbone, cell.detector, cell.features);
  if (!cell.variant.text.empty()) text += " · " + cell.variant.text;
  text += outcome.cell ? ": " + metrics_text(*outcome.cell) : ": failed";
  if (outcome.reused) {
    text += outcome.elsewhere ? " (from another process)" : " (from an earlier run)";
  } else {
    text += fmt::format(" ({})", duration_text(outcome.seconds));
  }
  const double left = seconds_left();
  text += " · " + duration_text(now);
  if (done_ < total_ && left >= 0) text += ", ETA " + duration_text(left);
  return text;
}

double SweepProgress::seconds_left() const {
  double seconds = 0;
  for (const auto& [kind, count] : to_come_) {
    if (count == 0) continue;
    const auto names = kind.names();
    const auto known =
        std::find_if(names.begin(), names.end(), [&](const std::string& name) { return means_.contains(name); });
    if (known == names.end()) return -1;
    const Mean& mean = means_.at(*known);
    seconds += static_cast<double>(count) * mean.seconds / static_cast<double>(mean.count);
  }
  return seconds;
}

}  // namespace adrep
