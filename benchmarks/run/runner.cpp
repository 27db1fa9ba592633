#include "benchmarks/run/runner.h"

#include <ATen/core/grad_mode.h>

#include "benchmarks/plan/recorded_plan.h"
#include "benchmarks/run/group_run.h"
#include "benchmarks/run/run_cache.h"
#include "core/base/interrupt.h"
#include "core/base/parallel.h"

namespace adrep {
namespace {

/// The part of a plan whose results are among these, in one order with what is recorded of it.
Plan part_of(const Plan& plan, ResultPlan& recorded, const std::set<std::string>& wanted) {
  Plan part;
  std::vector<PlannedResult> results;
  size_t place = 0;
  for (const PlannedGroup& group : plan.groups) {
    PlannedGroup kept = group;
    kept.cells.clear();
    for (const PlannedCell& cell : group.cells) {
      PlannedResult& result = recorded.results[place++];
      if (!wanted.contains(result.id)) continue;
      kept.cells.push_back(cell);
      results.push_back(std::move(result));
    }
    if (!kept.cells.empty()) part.groups.push_back(std::move(kept));
  }
  recorded.results = std::move(results);
  return part;
}

RunOutcome run_recorded(const Plan& plan, ResultPlan recorded, const std::filesystem::path& output) {
  RunOutcome outcome;
  RunCache cache(plan, output);
  ResultLog log(output);
  SweepProgress progress(plan);
  RunTools tools{{},
                 cache.stores(),
                 &recorded,
                 &log,
                 &progress,
                 JointModels(
                     output, [&](const RunConfig& config) -> const Backbone& { return tools.backbone.get(config); },
                     cache.stores())};
  try {
    for (const PlannedGroup& group : plan.groups) {
      stop_if_interrupted();
      set_threads(group.config->settings.threads);
      GroupRun(group, output, tools, outcome).run();
    }
    if (outcome.failed() == 0) tools.joint.finish();
  } catch (const Interrupted&) {
    outcome.interrupted = true;
    std::erase_if(outcome.cells, [](const CellOutcome& cell) { return !cell.cell && cell.error.empty(); });
  }
  outcome.cached_images += tools.joint.cached();
  outcome.computed_images += tools.joint.computed();
  outcome.drawn_images += tools.joint.drawn();
  return outcome;
}

}  // namespace

std::string WorkCount::text() const {
  return fmt::format("{} fitted, {} scored, {} evaluated, {} from earlier runs", fitted, scored, evaluated, reused);
}

int64_t RunOutcome::failed() const {
  return std::count_if(cells.begin(), cells.end(), [](const CellOutcome& cell) { return !cell.error.empty(); });
}

std::set<std::string> failed_before(const std::filesystem::path& output) {
  std::vector<std::string> notes;
  std::set<std::string> failed;
  for (const auto& [planned, event] : last_events(output, notes))
    if (event.state == "failed") failed.insert(planned);
  return failed;
}

RunOutcome run_plan(const Plan& plan, const std::filesystem::path& output, Wanted wanted) {
  const at::NoGradGuard no_grad;
  RunOutcome outcome;
  if (plan.groups.empty()) return outcome;
  const ResultPlan all = recorded_plan(plan);
  store_plan(output, all);
  if (wanted == Wanted::all) {
    outcome = run_recorded(plan, all, output);
  } else {
    ResultPlan recorded = all;
    const Plan part = part_of(plan, recorded, failed_before(output));
    if (!part.groups.empty()) outcome = run_recorded(part, std::move(recorded), output);
  }
  outcome.recorded = all;
  return outcome;
}

}  // namespace adrep
