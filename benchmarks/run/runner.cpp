#include "benchmarks/run/runner.h"

#include <ATen/core/grad_mode.h>

#include "benchmarks/plan/recorded_plan.h"
#include "benchmarks/run/group_run.h"
#include "core/base/interrupt.h"
#include "core/base/parallel.h"

namespace adrep {

std::string WorkCount::text() const {
  return fmt::format("{} fitted, {} scored, {} evaluated, {} from earlier runs", fitted, scored, evaluated, reused);
}

int64_t RunOutcome::failed() const {
  return std::count_if(cells.begin(), cells.end(), [](const CellOutcome& cell) { return !cell.error.empty(); });
}

RunOutcome run_plan(const Plan& plan, const std::filesystem::path& output) {
  const at::NoGradGuard no_grad;
  RunOutcome outcome;
  if (plan.groups.empty()) return outcome;
  FeatureCache cache(cache_options(plan.groups.front().config->settings));
  outcome.recorded = recorded_plan(plan);
  store_plan(output, outcome.recorded);
  ResultLog log(output);
  RunTools tools{
      {},
      &cache,
      &outcome.recorded,
      &log,
      JointModels(
          output, [&](const RunConfig& config) -> const Backbone& { return tools.backbone.get(config); }, &cache)};
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
  return outcome;
}

}  // namespace adrep
