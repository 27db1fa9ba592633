#include "benchmarks/plan/run_settings.h"

#include <filesystem>

#include "benchmarks/plan/job_share.h"
#include "benchmarks/plan/pretrain_keys.h"
#include "benchmarks/plan/swept_settings.h"
#include "core/backbones/backbone.h"
#include "core/metrics/protocol.h"
#include "datasets/dataset.h"

namespace adrep {
namespace {

std::vector<std::string> known_run_keys() {
  std::vector<std::string> keys = params_of<RunSettings>().names();
  for (const PretrainKeySection& section : pretrain_key_sections())
    for (const std::string& name : section.params.names()) keys.push_back(section.prefix + name);
  for (const auto& [name, entry] : DetectorRegistry::instance().all())
    for (const std::string& param : entry.params->names()) keys.push_back(name + "." + param);
  return keys;
}

/// The declared parameter of a full key, or nullptr.
const Param* find_run_param(const std::string& key) {
  if (const Param* param = params_of<RunSettings>().find(key)) return param;
  if (const Param* param = find_pretrain_key(key)) return param;
  const size_t dot = key.find('.');
  if (dot == std::string::npos) return nullptr;
  const DetectorEntry* detector = DetectorRegistry::instance().find(key.substr(0, dot));
  return detector ? detector->params->find(key.substr(dot + 1)) : nullptr;
}

/// Throws InputError where models.embed asks for what no model can hold, before anything is computed.
void check_embedding(const RunSettings& settings) {
  if (settings.models == "keep" && settings.models_embed && settings.backbone.find(':') != std::string::npos)
    throw_input("models.embed=true: backbone={} is code, which no model embeds: use models.embed=false",
                settings.backbone);
}

/// Throws InputError where projectors are to come from a file and from a pretraining, or what is said of a pretraining
/// is said of none.
void check_projectors(const RunConfig& config, const RawConfig& raw) {
  const RunSettings& settings = config.settings;
  if (settings.pretrain.empty()) {
    if (config.pretrain_params.empty()) return;
    const auto& [name, value] = *config.pretrain_params.begin();
    throw_input("{}: {}{} is a setting of a pretraining, and projector.pretrain names none", value.where,
                pretrain_key_prefix, name);
  }
  const std::string& where = raw.at("projector.pretrain").where;
  if (!settings.projector.empty())
    throw_input("{}: projector.pretrain and projector ({}) are both given: leave one", where,
                raw.at("projector").where);
  if (!std::filesystem::is_regular_file(settings.pretrain))
    throw_input("{}: projector.pretrain={}: no such file: name the configuration of a pretraining", where,
                settings.pretrain);
}

RunConfig resolve_one(const SweptSettings& given) {
  RunConfig config;
  config.swept = given.swept;
  for (const auto& [key, value] : given.raw) {
    const Param* param = find_run_param(key);
    ParamValue parsed = param->parse(value, key);
    if (params_of<RunSettings>().find(key)) {
      param->set(&config.settings, std::move(parsed));
      if (key == "metrics.protocol")
        static_cast<void>(NamedProtocol(config.settings.protocol));  // refuses unknown names
      if (key == "device") {
        config.settings.devices = device_names(config.settings.devices);
        config.settings.device = config.settings.devices.front();
      }
    } else if (find_pretrain_key(key)) {
      config.pretrain_params[key.substr(std::string_view(pretrain_key_prefix).size())] = value;
    } else {
      const size_t dot = key.find('.');
      config.detector_params[key.substr(0, dot)][key.substr(dot + 1)] = value;
    }
  }
  check_embedding(config.settings);
  check_projectors(config, given.raw);
  if (config.settings.output.empty()) throw_input("output=: a folder is needed, for example output=results/mine");
  return config;
}

}  // namespace

void RunSettings::declare(Schema<RunSettings>& s) {
  s.decides(Decides::features);
  const auto trained = [](const ParamTexts& texts) { return texts("detector.trained") == "true"; };
  s.add(&RunSettings::data, "data")
      .path()
      .example("data=/data/mvtec")
      .doc("folder of the data set (a relative path is also looked for in the folders of ADREP_DATA)");
  s.add(&RunSettings::layout, "layout")
      .decides(Decides::evaluation)
      .one_of(layout_choices())
      .doc("how the folder is organised; auto recognises it");
  s.add(&RunSettings::classes, "classes")
      .decides(Decides::nothing)
      .example("classes=bottle,cable")
      .doc("classes to evaluate; empty: all");
  SplitSettings::declare(s);
  s.add(&RunSettings::detector, "detector")
      .decides(Decides::fit)
      .one_of(DetectorRegistry::instance().names())
      .example("detector=padim,patchcore")
      .doc("detectors to evaluate");
  s.add(&RunSettings::features, "features")
      .one_of({"raw", "residual", "pretrained"})
      .example("features=raw,residual")
      .doc(
          "what detectors see: backbone features, their residuals to normal references, or those through pretrained "
          "projectors");
  s.add(&RunSettings::backbone, "backbone")
      .decides(Decides::backbone)
      .one_of(BackboneRegistry::instance().names())
      .doc("frozen feature extractor");
  s.add(&RunSettings::weights, "weights")
      .decides(Decides::backbone)
      .path()
      .example("weights=my.pth")
      .doc("weights file; empty: the official file in ADREP_WEIGHTS or the user cache");
  VitSettings::declare(s);
  s.add(&RunSettings::projector, "projector")
      .path()
      .when([](const ParamTexts& texts) {
        return texts("features") == "pretrained" && texts("projector.pretrain").empty();
      })
      .example("projector=checkpoints_pro_angle.pth")
      .doc("file of the projectors of features=pretrained: a published checkpoint or one of adrep's");
  s.add(&RunSettings::pretrain, "projector.pretrain")
      .path()
      .when([](const ParamTexts& texts) { return texts("features") == "pretrained"; })
      .example("projector.pretrain=configs/pretrain_realiad.yaml")
      .doc(
          "configuration of the pretraining that makes the projectors, in place of a file; it is run before the first "
          "cell "
          "that needs it, once for all runs; backbone, weights, device and threads are the run's");
  s.add(&RunSettings::projector_checkpoint, "projector.checkpoint")
      .when([](const ParamTexts& texts) {
        return texts("features") == "pretrained" && !texts("projector.pretrain").empty();
      })
      .one_of({"auto", "last", "angle", "norm"})
      .doc(
          "which projectors of that pretraining: the last epoch's, or those that were best under PatchCore (angle) or "
          "FeatureNorm (norm); auto: the last where its selection is last, else angle for PaDiM and PatchCore and norm "
          "for others, as published");
  s.add(&RunSettings::projector_folder, "projector.folder")
      .decides(Decides::nothing)
      .example("projector.folder=/scratch/pretrained")
      .doc("folder of such pretrainings; empty: pretrained in the user cache (ADREP_CACHE)");
  s.add(&RunSettings::fit, "image.fit")
      .one_of({"auto", "crop", "squash", "pad", "tiles"})
      .example("image.fit=pad")
      .doc(
          "how photographs that are not square are shown: their middle, squashed, padded or as overlapping tiles; "
          "auto: "
          "published classes cropped, others squashed to an aspect ratio of 1.5, padded beyond");
  s.add(&RunSettings::resize, "image.resize")
      .at_least(0)
      .at_most(4096)
      .doc(
          "shorter side after the bicubic resize; 0: the protocol's (256 for PaDiM and PatchCore on MVTec AD's "
          "classes, else 224)");
  s.add(&RunSettings::crop, "image.crop")
      .at_least(32)
      .at_most(4096)
      .doc("side of the centre crop, and of the score maps");
  ImageReadingSettings::declare(s);
  ReferenceSettings::declare(s);
  s.add(&RunSettings::seed, "seed")
      .decides(Decides::fit)
      .seed()
      .when([=](const ParamTexts& texts) {
        return texts("detector.random") == "true" || (trained(texts) && texts("selection") == "validation");
      })
      .at_least(0)
      .doc("seed of everything random in the detectors");
  s.add(&RunSettings::selection, "selection")
      .decides(Decides::fit,
               [](const ParamTexts& texts) {
                 // the others choose among the models of one training
                 return texts("selection") == "validation" ? Decides::fit : Decides::scores;
               })
      .when(trained)
      .one_of({"last", "validation", "oracle"})
      .doc(
          "which epoch's model of a trained detector is kept: the last, the best on held-out training images against "
          "drawn anomalies, or the best on the test images, as some published evaluations do");
  s.add(&RunSettings::selection_fraction, "selection.fraction")
      .decides(Decides::fit)
      .when([=](const ParamTexts& texts) { return trained(texts) && texts("selection") == "validation"; })
      .more_than(0)
      .at_most(0.9)
      .doc("part of the training images that selection=validation holds out");
  s.add(&RunSettings::classes_together, "classes_together")
      .decides(Decides::fit)
      .doc("one model for all classes, fitted on their training images together, as UniAD is published");
  s.add(&RunSettings::post, "post")
      .decides(Decides::scores)
      .when([](const ParamTexts& texts) { return !texts("detector.post_step").empty(); })
      .one_of({"none", "published"})
      .doc(
          "published: steps of the published evaluation that look at the whole test set (PaDiM's min-max, CFLOW's "
          "scale)");
  s.add(&RunSettings::on_bad_image, "on_bad_image")
      .one_of({"fail", "skip"})
      .doc("what an unreadable image does; skipped images are counted in the result");
  s.add(&RunSettings::protocol, "metrics.protocol")
      .decides(Decides::evaluation)
      .example("metrics.protocol=mvtec-100")
      .doc("how PRO is computed: exact, or as a published code does (see adrep list)");
  MaskSettings::declare(s, Decides::fit, [=](const ParamTexts& texts) {
    // selection=oracle looks at the test's masks
    return trained(texts) && texts("selection") == "oracle" ? Decides::fit : Decides::evaluation;
  });
  s.add(&RunSettings::devices, "device")
      .decides(Decides::nothing)
      .example("device=cuda:0,1")
      .doc("cpu, cuda or cuda:INDEX; of several, jobs take one each");
  s.add(&RunSettings::jobs, "jobs")
      .decides(Decides::nothing)
      .at_least(0)
      .at_most(256)
      .example("jobs=4")
      .doc("processes that compute cells side by side, which share threads= and memory=; 0: one a device");
  s.add(&RunSettings::precision, "precision")
      .decides(Decides::backbone)
      .one_of(precision_names())
      .example("precision=auto")
      .doc(
          "what the backbone computes in; fp32 is the reference's; auto is the fastest on the device and can differ "
          "from "
          "machine to machine");
  s.add(&RunSettings::threads, "threads")
      .decides(Decides::nothing)
      .at_least(0)
      .at_most(1024)
      .doc("threads for computing; 0: one a core");
  s.add(&RunSettings::batch, "batch")
      .decides(Decides::nothing)
      .at_least(0)
      .at_most(4096)
      .doc("images a forward pass; 0: at most 8 on a CPU and 32 on a GPU, fewer where they are large");
  s.add(&RunSettings::memory, "memory")
      .decides(Decides::nothing)
      .at_least(0.5)
      .doc("bound for features, the working memory of detectors and that of matching with references, GiB");
  s.add(&RunSettings::cache, "cache")
      .decides(Decides::nothing)
      .one_of({"off", "read", "readwrite"})
      .example("cache=off")
      .doc("features kept on disk for later runs: not used, only read, or read and added to");
  s.add(&RunSettings::cache_folder, "cache.folder")
      .decides(Decides::nothing)
      .example("cache.folder=/scratch/features")
      .doc("folder of the feature cache; empty: features in the user cache (ADREP_CACHE)");
  s.add(&RunSettings::cache_limit, "cache.limit")
      .decides(Decides::nothing)
      .more_than(0)
      .doc("size of the feature cache, GiB; what was used longest ago goes first");
  s.add(&RunSettings::output, "output")
      .decides(Decides::nothing)
      .example("output=results/mine")
      .doc("folder of cells, tables and the report");
  s.add(&RunSettings::examples, "report.examples")
      .decides(Decides::nothing)
      .at_least(0)
      .at_most(64)
      .doc("test images a class whose score maps are kept for the report");
  s.add(&RunSettings::checkpoint_seconds, "checkpoint")
      .decides(Decides::nothing)
      .at_least(0)
      .doc("seconds between the checkpoints of a training, which an interrupted run continues from; 0: every epoch");
  s.add(&RunSettings::lease, "lease")
      .decides(Decides::nothing)
      .at_least(1)
      .at_most(86400)
      .doc(
          "seconds without a sign of life after which the work of another process on the same folders is taken over; "
          "at "
          "once where it ran on this machine and is gone");
  s.add(&RunSettings::maps, "maps")
      .decides(Decides::nothing)
      .one_of({"none", "npy"})
      .doc("npy: keep every test image's score map, with the masks and a manifest, in OUTPUT/maps");
  s.add(&RunSettings::models, "models")
      .decides(Decides::nothing)
      .one_of({"none", "keep"})
      .doc("keep: all that scores new images as a cell does, as one file a cell in OUTPUT/models");
  s.add(&RunSettings::models_embed, "models.embed")
      .decides(Decides::nothing)
      .doc("kept models hold the backbone's weights, too: they are larger and need no other file");
}

std::string RunConfig::variant() const {
  std::string text;
  for (const auto& [key, value] : swept) text += (text.empty() ? "" : " ") + key + "=" + value;
  return text;
}

void check_run_key(const std::string& key, const std::string& where) {
  refuse_key_of_run(key, where);
  if (!find_run_param(key)) throw_input("{}: unknown key '{}': {}", where, key, suggestion(key, known_run_keys()));
}

bool displaces_run_key(const std::string& key, const std::string& earlier) {
  if (key == "projector") return earlier.starts_with(pretrain_key_prefix);
  return key == "projector.pretrain" && earlier == "projector";
}

void set_over(RawConfig& config, const RawConfig& settings) {
  for (const auto& [key, value] : settings)
    std::erase_if(config, [&](const auto& earlier) { return displaces_run_key(key, earlier.first); });
  for (const auto& [key, value] : settings) config[key] = value;
}

void check_swept_key(const std::string& key, const std::string& where, size_t values) {
  refuse_swept(*find_run_param(key), key, where, values);
}

std::vector<RunConfig> resolve_run(const RawConfig& given) {
  RawConfig raw = given;
  VitSettings::rename_keys(raw);
  const auto param_of = [](const std::string& key, const std::string& where) -> const Param& {
    check_run_key(key, where);
    return *find_run_param(key);
  };
  std::vector<RunConfig> configs;
  for (const SweptSettings& one : one_by_one(raw, param_of, check_swept_key)) configs.push_back(resolve_one(one));
  return configs;
}

std::map<std::string, ParamValue> all_values(const RunConfig& config) {
  std::map<std::string, ParamValue> values;
  for (const Param& param : params_of<RunSettings>().all()) values[param.name] = param.get(&config.settings);
  for (const auto& [name, entry] : DetectorRegistry::instance().all()) {
    const auto given = config.detector_params.find(name);
    for (const auto& [param, value] :
         entry.resolve(given == config.detector_params.end() ? RawParams{} : given->second))
      values[name + "." + param] = value;
  }
  for (const auto& [name, value] : config.pretrain_params) {
    const std::string key = pretrain_key_prefix + name;
    values[key] = find_pretrain_key(key)->parse(value, key);
  }
  return values;
}

std::string to_yaml(const RunConfig& config) {
  return (config.swept.empty() ? "" : "# " + config.variant() + "\n") + to_yaml(all_values(config));
}

}  // namespace adrep
