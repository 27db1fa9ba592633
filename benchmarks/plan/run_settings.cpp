#include "benchmarks/plan/run_settings.h"

#include "benchmarks/plan/job_share.h"
#include "core/backbones/backbone.h"
#include "core/metrics/protocol.h"
#include "datasets/dataset.h"

namespace adrep {
namespace {

std::vector<std::string> known_run_keys() {
  std::vector<std::string> keys = params_of<RunSettings>().names();
  for (const auto& [name, entry] : DetectorRegistry::instance().all())
    for (const std::string& param : entry.params->names()) keys.push_back(name + "." + param);
  return keys;
}

/// The declared parameter of a full key, or nullptr.
const Param* find_run_param(const std::string& key) {
  if (const Param* param = params_of<RunSettings>().find(key)) return param;
  const size_t dot = key.find('.');
  if (dot == std::string::npos) return nullptr;
  const DetectorEntry* detector = DetectorRegistry::instance().find(key.substr(0, dot));
  return detector ? detector->params->find(key.substr(dot + 1)) : nullptr;
}

/// A configuration on the way from lists of values to single ones.
struct Expansion {
  RawConfig raw;
  std::map<std::string, std::string> swept;

  void choose(const std::string& key, const RawValue& value, size_t i) {
    raw[key] = {{value.items[i]}, false, value.where};
    swept[key] = value.items[i];
  }
};

/// Throws InputError where models.embed asks for what no model can hold, before anything is computed.
void check_embedding(const RunSettings& settings) {
  if (settings.models == "keep" && settings.models_embed && settings.backbone.find(':') != std::string::npos)
    throw_input("models.embed=true: backbone={} is code, which no model embeds: use models.embed=false",
                settings.backbone);
}

RunConfig resolve_one(const Expansion& expansion) {
  RunConfig config;
  config.swept = expansion.swept;
  for (const auto& [key, value] : expansion.raw) {
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
    } else {
      const size_t dot = key.find('.');
      config.detector_params[key.substr(0, dot)][key.substr(dot + 1)] = value;
    }
  }
  check_embedding(config.settings);
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
      .when([](const ParamTexts& texts) { return texts("features") == "pretrained"; })
      .example("projector=checkpoints_pro_angle.pth")
      .doc("file of the projectors of features=pretrained: a published checkpoint or one of adrep's");
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
  if (!find_run_param(key)) throw_input("{}: unknown key '{}': {}", where, key, suggestion(key, known_run_keys()));
}

void check_swept_key(const std::string& key, const std::string& where, size_t values) {
  const Param& param = *find_run_param(key);
  if (values < 2 || param.is_list() || param.decides != Decides::nothing) return;
  throw_input("{}: {} changes no result, so it takes one value", where, key);
}

std::vector<RunConfig> resolve_run(const RawConfig& given) {
  RawConfig raw = given;
  VitSettings::rename_keys(raw);
  std::vector<Expansion> expanded(1);
  for (const auto& [key, value] : raw) {
    check_run_key(key, value.where);
    const Param* param = find_run_param(key);
    const bool swept = !param->is_list() && value.items.size() > 1;
    if (swept)
      check_swept_key(key, fmt::format("{}: {}={}", value.where, key, fmt::join(value.items, ",")), value.items.size());
    std::vector<Expansion> next;
    for (Expansion& expansion : expanded) {
      if (!swept) {
        expansion.raw[key] = value;
        continue;
      }
      for (size_t i = 0; i < value.items.size(); ++i) {
        next.push_back(expansion);
        next.back().choose(key, value, i);
      }
    }
    if (next.size() > 10'000) throw_input("{}: {} makes more than 10000 configurations", value.where, key);
    if (swept) expanded = std::move(next);
  }
  std::vector<RunConfig> configs;
  for (const Expansion& expansion : expanded) configs.push_back(resolve_one(expansion));
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
  return values;
}

std::string to_yaml(const RunConfig& config) {
  return (config.swept.empty() ? "" : "# " + config.variant() + "\n") + to_yaml(all_values(config));
}

}  // namespace adrep
