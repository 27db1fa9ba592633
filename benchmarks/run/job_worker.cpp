#include "benchmarks/run/job_worker.h"

#include <ATen/core/grad_mode.h>

#include "benchmarks/cells/result_log.h"
#include "benchmarks/plan/recorded_plan.h"
#include "benchmarks/run/group_run.h"
#include "benchmarks/run/run_cache.h"
#include "core/base/device.h"
#include "core/base/interrupt.h"
#include "core/base/progress.h"

namespace adrep {
namespace {

/// Where a planned cell is.
struct CellPlace {
  size_t group, cell;
};

/// Computes orders one after the other, with what is kept from one to the next.
class OrderRun {
 public:
  OrderRun(const Plan& plan, const std::filesystem::path& output, const std::string& cache, LineChannel& channel)
      : plan_(plan),
        output_(output),
        channel_(channel),
        cache_(plan, output, cache),
        log_(output),
        tools_(plan.groups.front().config->settings, cache_.stores(), output_, [this](size_t cell) { tell(cell); }) {
    tools_.failed_elsewhere = [this](const std::string& result) { return log_.failed_elsewhere(result); };
    const ResultPlan recorded = recorded_plan(plan);
    size_t place = 0;
    for (size_t group = 0; group < plan.groups.size(); ++group)
      for (size_t cell = 0; cell < plan.groups[group].cells.size(); ++cell)
        places_[recorded.results[place++].id] = {group, cell};
  }

  void run(const JobOrder& order) {
    order_ = &order;
    outcome_ = {};
    const PlannedGroup part = part_of_group(order);
    set_threads(part.config->settings.threads);
    GroupRun(part, order.results, output_, tools_, outcome_).run();
    for (size_t place = 0; place < outcome_.cells.size(); ++place)
      if (!outcome_.cells[place].waits_for.empty()) tell(place);
    channel_.send(message_line(OrderDone{outcome_.work, outcome_.feature_seconds, outcome_.cached_images,
                                         outcome_.computed_images, outcome_.drawn_images}));
  }

 private:
  PlannedGroup part_of_group(const JobOrder& order) const {
    PlannedGroup part;
    for (const std::string& result : order.results) {
      const auto place = places_.find(result);
      if (place == places_.end())
        throw_failure("data or settings have changed since the run began, so its jobs have another plan: run it again");
      const PlannedGroup& group = plan_.groups[place->second.group];
      if (part.cells.empty()) part = {group.config, group.dataset, group.class_name, group.geometry, {}};
      part.cells.push_back(group.cells[place->second.cell]);
    }
    return part;
  }

  void tell(size_t place) {
    const CellOutcome& cell = outcome_.cells[place];
    channel_.send(
        message_line(CellNews{order_->results[place], cell.cell ? cell.cell->hash() : "", cell.reused, cell.error,
                              cell.out_of_memory, cell.seconds, cell.elsewhere, cell.fitted, cell.waits_for.string()}));
  }

  const Plan& plan_;
  const std::filesystem::path& output_;
  LineChannel& channel_;
  RunCache cache_;
  ResultLog log_;
  RunTools tools_;
  std::map<std::string, CellPlace> places_;
  const JobOrder* order_ = nullptr;
  RunOutcome outcome_;
};

}  // namespace

JobWorker::JobWorker() : channel_(child_channel()) {
  const std::optional<std::string> line = channel_.next();
  if (!line) throw_failure("--job is for the processes of adrep run jobs=N alone");
  place_ = nlohmann::json::parse(*line).get<JobPlace>();
  Progress::show(place_.progress);
}

void JobWorker::serve(const Plan& plan, const std::filesystem::path& output) {
  const at::NoGradGuard no_grad;
  OrderRun run(plan, output, place_.cache, channel_);
  channel_.send(message_line(OrderDone{}));
  try {
    while (const std::optional<std::string> line = channel_.next()) {
      const auto order = nlohmann::json::parse(*line).get<JobOrder>();
      if (order.results.empty()) return;
      run.run(order);
    }
  } catch (const Interrupted&) {
    return;  // what was finished has been told
  } catch (const WriteError& unwritten) {
    channel_.send(message_line(StopNews{unwritten.what()}));
  }
}

}  // namespace adrep
