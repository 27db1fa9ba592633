#include "benchmarks/fitting/fit_settings.h"

#include "benchmarks/plan/run_file.h"

namespace adrep {
namespace {

/// Settings of a run that say nothing of a single model, and what to do instead.
const std::map<std::string, std::string>& settings_of_runs_alone() {
  static const std::map<std::string, std::string> all = {
      {"output", "-o names the model's file"},
      {"jobs", "one model is fitted by one process"},
      {"maps", "adrep predict --maps writes score maps"},
      {"models", "a model is what is written"},
      {"examples", "a model has none"},
      {"projector.pretrain", "adrep pretrain first, then name its file: projector=FILE"},
      {"post", "a published step looks at a whole test set, which a line does not have"},
      {"classes_together", "one model is for one class"}};
  return all;
}

/// Takes the settings of fitting out of those that were given.
FitSettings taken_out_of(RawConfig& raw) {
  FitSettings settings;
  for (const Param& param : params_of<FitSettings>().all()) {
    const auto given = raw.find(param.name);
    if (given == raw.end()) continue;
    param.set(&settings, param.parse(given->second, param.name));
    raw.erase(given);
  }
  return settings;
}

void refuse_settings_of_runs(const RawConfig& raw) {
  for (const auto& [key, instead] : settings_of_runs_alone())
    if (const auto given = raw.find(key); given != raw.end())
      throw_input("{}: {} is a setting of adrep run: {}", given->second.where, key, instead);
}

void refuse_several(const RunConfig& config) {
  const RunSettings& settings = config.settings;
  if (settings.detector.size() != 1) throw_input("detector=: adrep fit makes one model: name one detector");
  if (settings.features.size() != 1) throw_input("features=: adrep fit makes one model: name one kind of features");
  if (settings.devices.size() != 1) throw_input("device=: adrep fit makes one model: name one device");
}

void refuse_what_no_model_has(const RunSettings& settings) {
  if (settings.selection == "oracle")
    throw_input("selection=oracle chooses by the test images: set last or validation");
  if (settings.fit == "tiles")
    throw_input("image.fit=tiles: a model takes a photograph as one square: set squash or pad, or image.crop larger");
  if (settings.references_select == "aligned" && settings.features.front() != "raw")
    throw_input(
        "references.select=aligned: every image has references of its own, a new image would have none: set random or "
        "kmeans");
}

}  // namespace

void FitSettings::declare(Schema<FitSettings>& s) {
  s.decides(Decides::evaluation);
  s.add(&FitSettings::false_alarm, "false_alarm")
      .more_than(0)
      .at_most(0.5)
      .doc("share of good images that may be called defective: the threshold is found for it");
  s.add(&FitSettings::false_alarm_region, "false_alarm_region")
      .more_than(0)
      .at_most(0.5)
      .doc("share of good images in which a region may be reported");
  s.decides(Decides::fit);
  s.add(&FitSettings::calibration, "threshold.calibration")
      .one_of({"split", "cv"})
      .doc(
          "split: good images are held out, which the model does not learn from; cv: it learns from all, and models "
          "of parts of them score the rest");
  s.add(&FitSettings::fraction, "threshold.fraction")
      .when([](const ParamTexts& texts) { return texts("threshold.calibration") == "split"; })
      .more_than(0)
      .at_most(0.9)
      .doc("share of the good images that split holds out");
  s.add(&FitSettings::folds, "threshold.folds")
      .when([](const ParamTexts& texts) { return texts("threshold.calibration") == "cv"; })
      .at_least(2)
      .doc("parts that cv makes; each needs a fit");
  s.decides(Decides::evaluation);
  s.add(&FitSettings::rule, "threshold.rule")
      .one_of({"good", "f1", "recall"})
      .doc("good: by false_alarm and good images alone; f1, recall: on the data set's labelled test images");
  s.add(&FitSettings::recall, "threshold.recall")
      .when([](const ParamTexts& texts) { return texts("threshold.rule") == "recall"; })
      .more_than(0)
      .at_most(1)
      .doc("share of the labelled defects that is to be found");
  s.add(&FitSettings::pixels, "threshold.pixels")
      .more_than(0)
      .at_most(0.5)
      .doc("share of the pixels of the middle one of the good images above the threshold that makes regions of a map");
  s.add(&FitSettings::keep, "threshold.keep")
      .decides(Decides::nothing)
      .when([](const ParamTexts& texts) { return texts("threshold.calibration") == "split"; })
      .doc("the held-out images stay in the file, as small squares, so that adrep update can score them again");
}

ModelRequest read_fit(const std::string& file_or_empty, const std::vector<std::string>& assignments) {
  RawConfig raw = read_command_line(file_or_empty, assignments);
  ModelRequest request;
  request.fit = taken_out_of(raw);
  refuse_settings_of_runs(raw);
  const bool embedding_given = raw.contains("models.embed"), batch_given = raw.contains("batch");
  for (const auto& [key, value] : raw) check_run_key(key, value.where);
  std::vector<RunConfig> configs = resolve_run(raw);
  if (configs.size() != 1) throw_input("adrep fit makes one model: give each key one value");
  request.run = std::move(configs.front());
  refuse_several(request.run);
  RunSettings& settings = request.run.settings;
  refuse_what_no_model_has(settings);
  const bool is_code = settings.backbone.find(':') != std::string::npos;
  if (!embedding_given) settings.models_embed = !is_code;
  if (settings.models_embed && is_code)
    throw_input("models.embed=true: backbone={} is code, which no model embeds: use models.embed=false",
                settings.backbone);
  if (!batch_given) settings.batch = 0;
  return request;
}

}  // namespace adrep
