#include "benchmarks/run/group_run.h"

#include <set>

#include "benchmarks/cells/cell_costs.h"
#include "benchmarks/plan/class_geometry.h"
#include "benchmarks/plan/projectors.h"
#include "benchmarks/run/cell_records.h"
#include "benchmarks/run/image_scoring.h"
#include "benchmarks/run/model_selection.h"
#include "benchmarks/run/training_files.h"
#include "benchmarks/run/training_images.h"
#include "core/base/device.h"
#include "core/base/failure.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/base/stage_times.h"
#include "core/base/stopwatch.h"
#include "detectors/scoring/tile_blend.h"

namespace adrep {

GroupRun::GroupRun(const PlannedGroup& group, const std::vector<std::string>& results,
                   const std::filesystem::path& output, RunTools& tools, RunOutcome& outcome)
    : group_(group),
      results_(results),
      settings_(group.config->settings),
      output_(output),
      tools_(tools),
      outcome_(outcome),
      store_(output / "cells"),
      scores_(cache_options(settings_)),
      first_(outcome.cells.size()) {}

void GroupRun::run() {
  std::vector<size_t> all;
  for (const PlannedCell& planned : group_.cells) {
    all.push_back(all.size());
    outcome_.cells.push_back({planned});
  }
  guarded(
      all, [&] { compute(); }, /*whole_class=*/true);
  copy_twins();
  const JointModels::Images joint = tools_.joint.take_images();
  outcome_.cached_images += joint.cached;
  outcome_.computed_images += joint.computed;
  outcome_.drawn_images += joint.drawn;
  if (!features_) return;
  if (FeatureSpace* space = tools_.stores.cache->space(feature_key(settings_, group_.geometry, split_.reading())))
    if (const Backbone* loaded = tools_.backbone.loaded(*group_.config))
      space->note_parameters(loaded->info().parameters);
  outcome_.cached_images += features_->cached();
  outcome_.computed_images += features_->computed();
}

void GroupRun::compute() {
  if (!group_.failed.empty()) throw_failure("{}", group_.failed);
  const std::filesystem::path& root = group_.dataset->root();
  if (!std::filesystem::exists(root)) throw_input("data={}: the folder is no longer there", root.string());
  split_ = group_.dataset->load(group_.class_name);
  for (const auto& notes : {split_.notes, split_.data_notes})
    for (const std::string& note : notes) warn_once(fmt::format("class {}: {}", group_.class_name, note));
  const std::string fitted = fit_note(settings_, group_.geometry);
  if (const std::string line = fmt::format("class {}: {}", group_.class_name, fitted); !fitted.empty())
    if (tools_.said.insert(line).second) log_info(line);
  prints_ = fingerprints(split_);
  split_.expect(prints_.files);
  cells_ = work_of(group_, prints_, output_);
  for (size_t i = 0; i < cells_.size(); ++i)
    guarded({i}, [&] {
      if (!cells_[i].problem.empty()) throw_input("{}", cells_[i].problem);
      tools_.contents.expect_same(*cells_[i].planned, cells_[i].key);
    });
  note_finished();
  const WorkPlan plan = plan_work(cells_, [&](const CellWork& work) {
    const bool saves_references = settings_.references_save && work.planned->features != "raw";
    return !saves_references && scores_.has(work.key);
  });
  const std::set<size_t> done = evaluate_known(plan.evaluate);
  // what the cache had after all not, or not for this protocol, is scored with the rest
  const WorkPlan rest = plan_work(cells_, [&](const CellWork& work) {
    const auto cell = static_cast<size_t>(&work - cells_.data());
    return done.contains(cell) || !is_open(cell);
  });
  run_fits(rest.fit);
}

/// A class is come back to when other processes had something of it.
void GroupRun::warn_once(const std::string& line) {
  if (tools_.said.insert(line).second) log_warning(line);
}

void GroupRun::note_finished() {
  for (size_t i = 0; i < cells_.size(); ++i) {
    if (!cells_[i].cell || !outcome_of(i).error.empty()) continue;
    outcome_of(i).cell = cells_[i].cell;
    outcome_of(i).reused = true;
    ++outcome_.work.reused;
    if (cells_[i].finished()) log_outcome(i);
    log_detail(outcome_of(i).planned.title() + ": finished earlier, " + store_.file_of(cells_[i].key.hash()).string());
  }
}

std::set<size_t> GroupRun::evaluate_known(const std::vector<size_t>& cells) {
  std::set<size_t> done;
  for (size_t cell : cells)
    guarded({cell}, [&] {
      if (!is_open(cell)) return;
      const FitJob alone{{{{cell}}}};
      const std::optional<Lease> lease = take(alone);
      if (lease && (settled_elsewhere(cell) || evaluate_known(cell))) done.insert(cell);
    });
  return done;
}

void GroupRun::run_fits(const std::vector<FitJob>& jobs) {
  if (jobs.empty() || !features_are_there(jobs)) return;
  for (const FitJob& job : jobs) guarded(job.cells(), [&] { run_fit(job); });
}

bool GroupRun::evaluate_known(size_t cell) {
  const CellWork& work = cells_[cell];
  const std::optional<ScoreRecord> record = scores_.find(work.key);
  if (!record) return false;
  const bool oracle = work.planned->selection() == "oracle";
  const std::string& protocol = work.planned->config->settings.protocol;
  if (oracle && oracle_lines(record->epochs, oracle_way(work.key), protocol).empty()) {
    log_info(
        fmt::format("{}: selection=oracle needs every epoch's metrics by protocol {}, which the earlier training "
                    "did not record: it is trained again",
                    work.planned->title(), protocol));
    return false;
  }
  const Stopwatch watch;
  finish_cell(cell, *record);
  outcome_of(cell).seconds = watch.seconds();
  log_outcome(cell);
  return true;
}

void GroupRun::run_fit(const FitJob& planned) {
  const std::optional<Lease> lease = take(planned);
  if (!lease) return;
  const FitJob job = still_open(planned);
  if (job.scores.empty()) return;
  const CellWork& first = cells_[job.scores.front().cells.front()];
  check_unchanged(first);
  if (first.planned->config->settings.references_save && first.planned->features != "raw") save_references(first);
  const std::optional<FittedCell> fitted = fit(job);
  if (!fitted) return;
  for (const ScoreJob& scores : job.scores)
    guarded(scores.cells, [&] { run_scores(scores, *fitted, &scores == &job.scores.back()); });
}

std::optional<FittedCell> GroupRun::fit(const FitJob& job) {
  const CellWork& first = cells_[job.scores.front().cells.front()];
  const PlannedCell& planned = *first.planned;
  if (planned.together) return joint_fit(job);
  std::vector<OracleWay> ways = oracle_ways(job);
  if (ways.empty() && settings_.device == "cpu")
    for (size_t cell : job.cells())
      if (const std::optional<Artefact> kept = cells_[cell].model.fitted_before())
        return FittedCell::from_kept(*cells_[cell].planned, *kept);
  const ClassFeatures::Pair& data = levels(planned.features);
  const ClassImages images(
      features().train(), group_.geometry, [&]() -> const Backbone& { return tools_.backbone.get(*planned.config); },
      open_device(settings_.device), [&](const Levels& raw) { return features().represent(planned.features, raw); });
  std::vector<std::string> ids;
  for (const Sample& sample : features().test()) ids.push_back(sample.id);
  const GroundTruth& truth = test_set(ids, planned.config->settings).truth;
  FittedCell fitted =
      fit_cell(planned, first.key.fit_hash(), output_, {features(), data, images, truth}, std::move(ways));
  ++outcome_.work.fitted;
  outcome_of(job.scores.front().cells.front()).fitted = true;
  outcome_.drawn_images += images.drawn();
  return fitted;
}

std::vector<OracleWay> GroupRun::oracle_ways(const FitJob& job) const {
  std::vector<OracleWay> ways;
  for (const ScoreJob& scores : job.scores) {
    const CellWork& first = cells_[scores.cells.front()];
    if (first.planned->selection() != "oracle") continue;
    OracleWay way{first.planned, oracle_way(first.key), {}};
    for (size_t cell : scores.cells) way.protocols.insert(cells_[cell].planned->config->settings.protocol);
    ways.push_back(std::move(way));
  }
  return ways;
}

void GroupRun::run_scores(const ScoreJob& job, const FittedCell& fitted, bool last) {
  const CellWork& first = cells_[job.cells.front()];
  const std::shared_ptr<const Detector> detector = fitted.detector_for(*first.planned, first.key);
  const Stopwatch watch;
  const ScoredCells scored = score(job, fitted, *detector);
  check_unchanged(first);
  ++outcome_.work.scored;
  scores_.put(first.key, scored.record);
  for (size_t cell : job.cells)
    guarded({cell}, [&] {
      finish_cell(cell, scored.record);
      if (cells_[cell].model.missing()) save_model(cells_[cell], fitted, detector, scored);
      outcome_of(cell).seconds = fitted.seconds.value_or(0) + watch.seconds();
      log_outcome(cell);
    });
  if (last && !first.planned->together) TrainingFiles(output_, first.key.fit_hash(), 0).finish();
}

GroupRun::ScoredCells GroupRun::score(const ScoreJob& job, const FittedCell& fitted, const Detector& detector) {
  const CellWork& first = cells_[job.cells.front()];
  const PlannedCell& planned = *first.planned;
  const ClassFeatures::Pair& data = levels(planned.features);
  const Stopwatch watch;
  auto [scores, post] = score_test_images(detector, data.test, planned, planned.title());
  if (!features().test_tiles().empty()) scores = blended(scores, features().test_tiles());
  ScoreRecord record;
  record.costs = {{"state_megabytes", megabytes_of(detector.state())},
                  {"score_seconds", watch.seconds() / static_cast<double>(scores.image_scores.size(0))},
                  {"parameters", parameters()}};
  if (fitted.seconds) record.costs["fit_seconds"] = *fitted.seconds;
  record.maps = scores.maps;
  record.image_scores = scores.image_scores;
  if (planned.selection() == "oracle") record.oracle_image_scores = fitted.best_image_scores.at(oracle_way(first.key));
  for (const Sample& sample : features().test()) record.images.push_back(sample.id);
  record.skipped = features().skipped();
  record.train_images = planned.together ? planned.together->train_images() : std::ssize(features().train());
  if (planned.features != "raw") {
    record.references = features().references()->files();
    record.reference_hashes = features().references()->hashes();
  }
  if (has_own_split(first.key)) record.split = split_record(features().train(), split_.notes);
  record.training = fitted.training_of(planned, first.key);
  record.epochs = planned.selection() == "oracle" ? fitted.epochs : nlohmann::json::array();
  if (!fitted.notes.empty()) record.details["detector_notes"] = fitted.notes;
  if (!post.name.empty()) record.details["post_step"] = post.name;
  if (const std::string note = weights_note(settings_); !note.empty()) record.details["weights"] = note;
  if (planned.features == "pretrained") record.details["projector"] = projector_record(projector_of(settings_));
  record.environment = run_environment(settings_);
  return {std::move(record), std::move(post)};
}

/// Weights, textures and lists were read after the key was made from them: they must be the same still. Images are
/// compared one by one as they are decoded.
void GroupRun::check_unchanged(const CellWork& work) {
  const CellKey now = cell_key(*work.planned, group_.dataset->layout(), prints_);
  tools_.contents.expect_same(*work.planned, work.key, now);
}

void GroupRun::finish_cell(size_t index, const ScoreRecord& record) {
  const StageTime storing("maps");
  const CellWork& work = cells_[index];
  const TestSet& test = test_set(record.images, work.planned->config->settings);
  if (!work.cell) {
    Cell cell = make_cell(work, record, test);
    test.examples->save_maps(cell.hash(), record.maps, record.stored_scores());
    const CellStore::Stored stored = store_.put(cell);
    if (stored.first) put_costs(output_, cell.hash(), {record.costs, record.environment});
    outcome_of(index).cell = stored.cell;
    ++outcome_.work.evaluated;
  } else {
    warn_of_other_scores(*work.cell, work.planned->title(), record);
  }
  if (work.examples_damaged)
    test.examples->save_maps(work.key.hash(), record.maps, record.stored_scores(), /*anew=*/true);
  if (work.maps.missing()) work.maps.save(record.maps.cpu(), record.image_scores, test.truth, test.samples);
}

void GroupRun::copy_twins() {
  for (size_t i = 0; i < cells_.size(); ++i) {
    if (!cells_[i].twin) continue;
    const CellOutcome& twin = outcome_of(*cells_[i].twin);
    outcome_of(i).cell = twin.cell;
    outcome_of(i).error = twin.error;
    outcome_of(i).out_of_memory = twin.out_of_memory;
    outcome_of(i).elsewhere = twin.elsewhere;
    outcome_of(i).waits_for = twin.waits_for;
    log_outcome(i);
  }
}

void GroupRun::log_outcome(size_t cell) {
  const CellOutcome& outcome = outcome_of(cell);
  if (!outcome.settled()) return;  // interrupted, or another process computes it
  tools_.told(first_ + cell);
}

ClassFeatures& GroupRun::features() {
  if (!features_) {
    const Stopwatch watch;
    features_ = std::make_unique<ClassFeatures>(
        group_, split_, [this]() -> const Backbone& { return tools_.backbone.get(*group_.config); }, tools_.stores);
    outcome_.feature_seconds += watch.seconds();
  }
  return *features_;
}

const ClassFeatures::Pair& GroupRun::levels(const std::string& kind) {
  ClassFeatures& all = features();
  const Stopwatch watch;
  // references may go through the backbone once more, at their own size
  const std::optional<Lease> alone =
      all.has(kind) ? std::nullopt : tools_.leases.take_features(group_, split_.reading());
  const ClassFeatures::Pair& pair = all.in(kind);
  outcome_.feature_seconds += watch.seconds();
  return pair;
}

const GroupRun::TestSet& GroupRun::test_set(const std::vector<std::string>& images, const MaskSettings& masks) {
  const std::tuple place(images, masks.mask_threshold, masks.mask_resize);
  const auto known = test_sets_.find(place);
  if (known != test_sets_.end()) return known->second;
  std::map<std::string, const Sample*> by_id;
  for (const Sample& sample : split_.test) by_id[sample.id] = &sample;
  TestSet test;
  for (const std::string& id : images) {
    const auto sample = by_id.find(id);
    if (sample == by_id.end()) throw_failure("class {}: '{}' is no test image of it", group_.class_name, id);
    test.samples.push_back(*sample->second);
  }
  test.truth =
      load_ground_truth(test.samples, group_.geometry, masks.mask_rule(), group_.dataset->masks_number_defects());
  for (const std::string& note : test.truth.notes) warn_once(fmt::format("class {}: {}", group_.class_name, note));
  TestSet& kept = test_sets_[place] = std::move(test);
  const bool plain = masks.mask_rule() == MaskRule();  // the examples' file holds the masks, too
  const std::string print =
      plain ? prints_.data : sha256_of(fmt::format("{} {} {}", prints_.data, masks.mask_threshold, masks.mask_resize));
  kept.examples = std::make_unique<ExampleImages>(kept.samples, kept.truth, group_, output_, print);
  return kept;
}

double GroupRun::parameters() {
  if (const Backbone* loaded = tools_.backbone.loaded(*group_.config))
    return static_cast<double>(loaded->info().parameters);
  FeatureSpace* space = tools_.stores.cache->space(feature_key(settings_, group_.geometry, split_.reading()));
  const std::optional<int64_t> known = space ? space->parameters() : std::nullopt;
  return static_cast<double>(known ? *known : tools_.backbone.get(*group_.config).info().parameters);
}

void GroupRun::guarded(const std::vector<size_t>& cells, const std::function<void()>& work, bool whole_class) {
  try {
    work();
  } catch (...) {
    const Failure failure = contained_failure();
    const std::string& reason = failure.line;
    // the same weights or setting may fail every class: it is said once
    const bool many = whole_class || tools_.contents.is_change(reason);
    if (!many || tools_.said.insert(reason).second)
      log_error(many ? reason : outcome_of(cells.front()).planned.title() + ": " + reason);
    for (size_t i : cells) {
      const bool kept = i >= cells_.size() || !cells_[i].beside_missing();
      if ((outcome_of(i).cell && kept) || !is_open(i)) continue;
      outcome_of(i).error = reason;
      outcome_of(i).out_of_memory = failure.out_of_memory;
      log_outcome(i);
    }
  }
}

}  // namespace adrep
