#include "benchmarks/run/sweep_progress.h"

#include "core/base/progress.h"

namespace adrep {
namespace {

std::string kind_of(const PlannedCell& cell) {
  return cell.config->settings.backbone + "|" + cell.detector + "|" + cell.features;
}

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

SweepProgress::SweepProgress(const Plan& plan) : total_(plan.cell_count()) {
  for (const PlannedGroup& group : plan.groups)
    for (const PlannedCell& cell : group.cells) ++to_come_[kind_of(cell)];
}

std::string SweepProgress::line(const CellOutcome& outcome, const PlannedResult& planned) {
  const PlannedCell& cell = outcome.planned;
  const std::string kind = kind_of(cell);
  if (seen_.insert(planned.id).second) {
    --to_come_[kind];
    ++done_;
  }
  const double now = watch_.seconds(), took = now - last_;
  last_ = now;
  if (!outcome.reused && outcome.error.empty())
    for (const std::string& name : {kind, cell.detector, std::string()}) {
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
    text += " (from an earlier run)";
  } else {
    text += fmt::format(" ({})", duration_text(outcome.seconds));
  }
  const double left = seconds_left();
  text += " · " + duration_text(now);
  if (done_ < total_ && left >= 0) text += ", ETA " + duration_text(left);
  return text;
}

const SweepProgress::Mean* SweepProgress::mean_of(const std::string& kind) const {
  const size_t first = kind.find('|'), second = kind.find('|', first + 1);
  for (const std::string& name : {kind, kind.substr(first + 1, second - first - 1), std::string()})
    if (const auto mean = means_.find(name); mean != means_.end()) return &mean->second;
  return nullptr;
}

double SweepProgress::seconds_left() const {
  double seconds = 0;
  for (const auto& [kind, count] : to_come_) {
    if (count == 0) continue;
    const Mean* mean = mean_of(kind);
    if (!mean) return -1;
    seconds += static_cast<double>(count) * mean->seconds / static_cast<double>(mean->count);
  }
  return seconds;
}

}  // namespace adrep
