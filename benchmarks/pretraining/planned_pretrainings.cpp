#include "benchmarks/pretraining/planned_pretrainings.h"

#include <algorithm>

#include "benchmarks/plan/projectors.h"
#include "benchmarks/plan/recorded_plan.h"
#include "benchmarks/pretraining/pretrain_identity.h"
#include "benchmarks/pretraining/pretrained_folder.h"
#include "benchmarks/pretraining/pretrainer.h"
#include "core/backbones/backbone.h"
#include "core/base/content_hashes.h"
#include "core/base/failure.h"
#include "core/base/log.h"
#include "core/base/plural.h"
#include "core/base/progress.h"
#include "core/io/sharded_checkpoint.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;
using State = PlannedPretraining::State;

std::string weights_of(const PretrainSettings& settings) {
  return hash_of_weights(find_weights(find_backbone(settings.backbone), settings.weights),
                         [](const fs::path& file) { return ContentHashes::instance().sha256_of(file); });
}

/// The images' data set and classes, and how they are read.
std::string data_text(const PretrainSettings& settings) {
  return fmt::format("{}|{}|{}|{}", settings.data, settings.layout, fmt::join(settings.classes, "|"),
                     settings.ImageReadingSettings::text());
}

}  // namespace

PlannedPretrainings::PlannedPretrainings(const Plan& plan, const std::optional<std::set<std::string>>& wanted)
    : leases_(plan.groups.empty() ? RunSettings().lease : plan.groups.front().config->settings.lease) {
  const ResultPlan recorded = wanted ? recorded_plan(plan) : ResultPlan();
  size_t place = 0;
  for (const PlannedGroup& group : plan.groups)
    for (const PlannedCell& cell : group.cells) {
      const bool counts = !wanted || wanted->contains(recorded.results[place].id);
      ++place;
      if (counts && cell.pretraining && !place_of_.contains(cell.pretraining.get()))
        add(cell.pretraining, plan.blocked_pretrainings.contains(cell.pretraining));
    }
  data_.clear();
}

void PlannedPretrainings::add(const std::shared_ptr<const Pretraining>& pretraining, bool blocked) {
  PlannedPretraining one{pretraining, "", {}, State::blocked, ""};
  try {
    if (!blocked) one = located(pretraining);
  } catch (const InputError& wrong) {
    one.why = fmt::format("{}: {}", pretraining->title, wrong.what());
    if (std::find(problems_.begin(), problems_.end(), one.why) == problems_.end()) problems_.push_back(one.why);
  }
  const auto same = std::find_if(all_.begin(), all_.end(), [&](const PlannedPretraining& other) {
    return !one.folder.empty() && other.folder == one.folder;
  });
  place_of_[pretraining.get()] = static_cast<size_t>(same - all_.begin());
  if (same == all_.end()) all_.push_back(std::move(one));
}

PlannedPretraining PlannedPretrainings::located(const std::shared_ptr<const Pretraining>& pretraining) {
  PretrainConfig config = pretraining->config;
  const fs::path root = pretraining->folder.empty() ? pretrained_folder() : fs::path(pretraining->folder);
  config.settings.output = root.string();
  const std::vector<PretrainedClass>& classes = data_of(config.settings).classes;
  PlannedPretraining one{pretraining, "", {}, State::to_do, ""};
  one.identity =
      pretraining_identity(config, weights_of(config.settings), classes, validation_fingerprint(config, classes));
  one.folder = root / pretraining_address(one.identity);
  if (is_done(one.folder)) one.state = State::done;
  return one;
}

const PretrainData& PlannedPretrainings::data_of(const PretrainSettings& settings) {
  const std::string text = data_text(settings);
  const auto known = data_.find(text);
  return known != data_.end() ? known->second : data_.emplace(text, open_pretrain_data(settings)).first->second;
}

const PlannedPretraining* PlannedPretrainings::of(const PlannedCell& cell) const {
  const auto place = place_of_.find(cell.pretraining.get());
  return place == place_of_.end() ? nullptr : &all_[place->second];
}

void PlannedPretrainings::make(const fs::path& only, const ProcessGroup& group) {
  for (const PlannedPretraining& one : all_)
    if (one.state == State::done && group.first()) log_info(name_of(one) + ": from an earlier run");
  // those that other processes are doing are waited for when nothing else is left
  for (const bool waits : {false, true})
    for (PlannedPretraining& one : all_) {
      if (one.state != State::to_do || (!only.empty() && one.folder != only)) continue;
      try {
        make_one(one, waits, group);
      } catch (...) {
        one.why = contained_failure().line;
        one.state = State::failed;
        log_error(fmt::format("{}: {}", name_of(one), one.why));
      }
    }
}

std::string PlannedPretrainings::name_of(const PlannedPretraining& one) const {
  return fmt::format("pretraining {}/{}: {}", &one - all_.data() + 1, all_.size(), one.planned->title);
}

void PlannedPretrainings::make_one(PlannedPretraining& one, bool waits, const ProcessGroup& group) {
  const std::string name = name_of(one);
  const fs::path place = one.folder / "lease";
  std::optional<Lease> lease;  // the first process has it for all
  if (group.first()) lease = leases_.try_take(place, name);
  if (!group.any(lease.has_value()) && !waits) return;
  if (group.first() && !lease) lease = leases_.take(place, name);
  if (group.any(group.first() && is_done(one.folder))) {
    if (group.first()) log_info(name + ": done by another process");
  } else {
    if (group.first()) {
      log_info(name);
      note_begun(one.folder, *one.planned, one.identity);
    }
    PretrainConfig config = one.planned->config;
    config.settings.output = one.folder.string();
    const PretrainOutcome outcome = pretrain(config, group);
    if (group.first()) {
      note_done(one.folder, *one.planned, one.identity);
      log_info(fmt::format("{}: {} in {}, {}", name, counted(outcome.passes, "pass"), duration_text(outcome.seconds),
                           one.folder.string()));
    }
  }
  one.state = State::done;
}

Plan PlannedPretrainings::applied(const Plan& plan) const {
  Plan with = plan;
  with.groups.clear();
  for (const PlannedGroup& group : plan.groups) {
    const bool needs = std::any_of(group.cells.begin(), group.cells.end(),
                                   [](const PlannedCell& cell) { return cell.pretraining != nullptr; });
    if (!needs) {
      with.groups.push_back(group);
      continue;
    }
    // cells that fail, or whose backbone was trained, make a group of their own; all stay in their order, by which the
    // plan is known
    std::string last;
    for (PlannedCell cell : group.cells) {
      const std::string failed = use(cell), together = failed + "|" + cell.config->settings.weights;
      if (last != together)
        with.groups.push_back({cell.config, group.dataset, group.class_name, group.geometry, {}, failed});
      last = together;
      with.groups.back().cells.push_back(std::move(cell));
    }
  }
  return with;
}

std::string PlannedPretrainings::use(PlannedCell& cell) const {
  if (!cell.pretraining) return "";
  const auto place = place_of_.find(cell.pretraining.get());
  if (place == place_of_.end()) return "";  // of no cell that is wanted
  const PlannedPretraining& one = all_[place->second];
  if (one.state == State::blocked) cell.blocked = true;
  if (one.state == State::failed) return fmt::format("its pretraining failed: {}: {}", one.planned->title, one.why);
  if (one.state != State::done) return "";
  RunConfig own = *cell.config;
  own.settings.projector = (one.folder / projectors_file(own.settings.projector_checkpoint)).string();
  own.settings.pretrain.clear();
  own.settings.projector_checkpoint = RunSettings().projector_checkpoint;
  own.pretrain_params.clear();
  try {
    auto config = std::make_shared<const RunConfig>(std::move(own));
    if (one.planned->config.settings.train_backbone) config = config_with_projectors(config);
    cell.config = std::move(config);
    cell.pretraining = nullptr;
  } catch (const InputError& damaged) {
    return damaged.what();
  }
  return "";
}

}  // namespace adrep
