#include "benchmarks/run/cell_work.h"

#include <map>

#include "core/base/device.h"

namespace adrep {

std::vector<CellWork> work_of(const PlannedGroup& group, const Fingerprints& prints,
                              const std::filesystem::path& output) {
  const CellStore store(output / "cells");
  std::vector<CellWork> cells;
  std::map<std::string, size_t> known;
  for (const PlannedCell& planned : group.cells) {
    CellKey key = cell_key(planned, group.dataset->layout(), prints);
    const std::string hash = key.hash();
    CellWork work{&planned, key, {}, SavedMaps(output, planned, hash), SavedModel(output, planned, key)};
    try {
      work.cell = store.find(key);
    } catch (const LaterCell& later) {
      work.problem = later.what();
    }
    work.examples_damaged =
        work.cell && CellFiles(output, hash).state(CellFiles::Kind::examples) == CellFiles::State::harmed;
    const auto [place, added] = known.emplace(hash, cells.size());
    if (!added) work.twin = place->second;
    cells.push_back(std::move(work));
  }
  return cells;
}

std::vector<CellWork> work_there(const PlannedGroup& group, const std::filesystem::path& output) {
  set_threads(group.config->settings.threads);
  return work_of(group, fingerprints(group.dataset->load(group.class_name)), output);
}

std::vector<size_t> FitJob::cells() const {
  std::vector<size_t> all;
  for (const ScoreJob& job : scores) all.insert(all.end(), job.cells.begin(), job.cells.end());
  return all;
}

WorkPlan plan_work(const std::vector<CellWork>& cells, const std::function<bool(const CellWork&)>& scores_known) {
  WorkPlan plan;
  std::map<std::string, size_t> fits;
  std::map<std::string, std::pair<size_t, size_t>> scores;
  for (size_t i = 0; i < cells.size(); ++i) {
    const CellWork& work = cells[i];
    if (work.finished() || work.twin) continue;
    if (!work.model.missing() && scores_known(work)) {
      plan.evaluate.push_back(i);
      continue;
    }
    const auto [fit, new_fit] = fits.emplace(work.key.fit_hash(), plan.fit.size());
    if (new_fit) plan.fit.emplace_back();
    FitJob& job = plan.fit[fit->second];
    const auto [place, new_score] = scores.emplace(work.key.score_hash(), std::pair(fit->second, job.scores.size()));
    if (new_score) job.scores.emplace_back();
    job.scores[place->second.second].cells.push_back(i);
  }
  return plan;
}

}  // namespace adrep
