#include "benchmarks/pretraining/pretrain_validation.h"

#include <nlohmann/json.hpp>

#include "benchmarks/plan/projectors.h"
#include "benchmarks/plan/run_checks.h"
#include "benchmarks/run/runner.h"
#include "core/base/hash.h"
#include "core/base/interrupt.h"
#include "datasets/fingerprint.h"

namespace adrep {
namespace {

using nlohmann::json;

struct ScoreName {
  const char *ours, *published;
};
constexpr ScoreName score_names[] = {{"image_auroc", "img_auc"}, {"pixel_auroc", "pix_auc"}, {"pro", "pix_pro"}};

/// Mean over the classes of one detector's cells.
EpochScore mean_score(int64_t epoch, const std::string& detector, const RunOutcome& outcome) {
  EpochScore score{epoch, detector, {}};
  int64_t classes = 0;
  for (const CellOutcome& cell : outcome.cells) {
    if (cell.planned.detector != detector) continue;
    if (!cell.cell || !cell.error.empty()) throw_failure("validation: {}: {}", cell.planned.title(), cell.error);
    ++classes;
    for (const ScoreName& name : score_names) {
      const Metric metric = cell.cell->metric(name.ours);
      if (!metric.defined())
        throw_input("validation: {}: its {} is undefined: {}", cell.planned.title(), name.ours, metric.undefined);
      score.scores[name.published] += metric.value;
    }
  }
  for (auto& [name, value] : score.scores) value /= static_cast<double>(classes);
  return score;
}

}  // namespace

std::string validation_fingerprint(const PretrainConfig& config, const std::vector<PretrainedClass>& pretrained) {
  if (!config.selects()) return "";
  const ValidationPlace place = validation_place(config);
  const auto dataset = open_dataset(find_data(place.data), place.layout);
  refuse_output_inside(dataset->root(), config.settings.output);
  ProjectorCheckpoint seen;
  seen.classes = pretrained;
  std::string text;
  for (const std::string& name : chosen_classes(config.validation.classes, *dataset, "validation.classes")) {
    const std::string fingerprint = adrep::fingerprint(dataset->load(name));
    if (config.settings.selection == "validation" && seen.saw(dataset->layout(), name, fingerprint))
      throw_input("validation.classes: {} is pretrained on, so it cannot be held out: leave it out of classes=", name);
    text += name + fingerprint;
  }
  return sha256_of(text);
}

PretrainValidation::PretrainValidation(const PretrainConfig& config, const PretrainData& data)
    : config_(config), fingerprint_(validation_fingerprint(config, data.classes)) {}

RawConfig PretrainValidation::run_config(const std::filesystem::path& projector) const {
  const PretrainSettings& s = config_.settings;
  const ValidationSettings& v = config_.validation;
  const ValidationPlace place = validation_place(config_);
  RawConfig raw;
  const auto set = [&](const std::string& key, std::vector<std::string> items) {
    raw[key] = {std::move(items), false, "validation"};
  };
  set("data", {place.data});
  set("layout", {place.layout});
  if (!v.classes.empty()) set("classes", v.classes);
  std::vector<std::string> detectors;
  for (const SelectingDetector& selecting : selecting_detectors) detectors.push_back(selecting.detector);
  set("detector", detectors);
  set("features", {"pretrained"});
  set("backbone", {s.backbone});
  if (!s.weights.empty()) set("weights", {s.weights});
  set("vit.heads", {std::to_string(s.vit_heads)});
  set("vit.layers", s.vit_layers);
  set("weights.activation", {s.weights_activation});
  set("projector", {projector.string()});
  set("image.crop", {std::to_string(s.crop)});
  set("image.resize", {std::to_string(v.resize)});
  set("image.scale", {s.image_scale});
  set("image.orientation", {s.image_orientation});
  set("image.range", {s.image_range});
  set("references.resize", {std::to_string(s.crop)});
  set("references.shots", {std::to_string(v.shots)});
  set("references.match", {s.match});
  set("metrics.protocol", {v.protocol});
  set("seed", {std::to_string(s.seed)});
  set("device", {s.device});
  set("precision", {s.precision});
  set("threads", {std::to_string(s.threads)});
  set("cache", {s.train_backbone ? "off" : v.cache});  // features of a backbone that changes are of no further use
  set("report.examples", {"0"});
  return raw;
}

void PretrainValidation::evaluate(int64_t epoch, const std::filesystem::path& projector) {
  forget_projectors();  // files of earlier epochs
  const RunOutcome outcome = run_plan(make_plan(resolve_run(run_config(projector))), projector.parent_path());
  if (outcome.interrupted)
    throw Interrupted("interrupted while validating: the state is kept, the same command continues from there");
  std::erase_if(history_, [&](const EpochScore& score) { return score.epoch >= epoch; });
  for (const SelectingDetector& selecting : selecting_detectors)
    history_.push_back(mean_score(epoch, selecting.detector, outcome));
}

const EpochScore* PretrainValidation::best(const std::string& detector) const {
  const EpochScore* best = nullptr;
  for (const EpochScore& score : history_)
    if (score.detector == detector && (!best || score.scores.at("pix_pro") > best->scores.at("pix_pro"))) best = &score;
  return best;
}

std::string PretrainValidation::state() const {
  json all = json::array();
  for (const EpochScore& score : history_)
    all.push_back({{"epoch", score.epoch}, {"detector", score.detector}, {"scores", score.scores}});
  return all.dump();
}

void PretrainValidation::load(const std::string& state, const std::string& source) {
  history_.clear();
  try {
    for (const json& entry : json::parse(state)) {
      history_.push_back({entry.at("epoch").get<int64_t>(), entry.at("detector").get<std::string>(),
                          entry.at("scores").get<std::map<std::string, double>>()});
      static_cast<void>(history_.back().scores.at("pix_pro"));
    }
  } catch (const std::exception&) {
    throw_input("{}: damaged: its validation scores are misshapen", source);
  }
}

}  // namespace adrep
