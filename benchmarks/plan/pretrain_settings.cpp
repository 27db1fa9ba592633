#include "benchmarks/plan/pretrain_settings.h"

#include <charconv>

#include "core/backbones/weights_in_use.h"
#include "core/base/content_hashes.h"
#include "core/base/hash.h"
#include "core/metrics/protocol.h"
#include "datasets/dataset.h"

namespace adrep {
namespace {

std::vector<int64_t> whole_numbers(const std::vector<std::string>& texts, const std::string& key, int64_t smallest) {
  std::vector<int64_t> numbers;
  for (const std::string& text : texts) {
    int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc() || end != text.data() + text.size() || number < smallest || number > 100'000)
      throw_input("{}={}: needs whole numbers from {} to 100000", key, text, smallest);
    numbers.push_back(number);
  }
  return numbers;
}

/// The section and parameter of a full key, or none.
std::pair<const PretrainSection*, const Param*> find_pretrain_param(const std::string& key) {
  for (const PretrainSection& section : pretrain_sections()) {
    if (!key.starts_with(section.prefix)) continue;
    if (const Param* param = section.params->find(key.substr(section.prefix.size()))) return {&section, param};
  }
  return {nullptr, nullptr};
}

std::vector<std::string> known_pretrain_keys() {
  std::vector<std::string> keys;
  for (const PretrainSection& section : pretrain_sections())
    for (const std::string& name : section.params->names()) keys.push_back(section.prefix + name);
  return keys;
}

void check_combination(const PretrainConfig& config) {
  const PretrainSettings& s = config.settings;
  if (config.step.projector.architecture == "none" && !s.train_backbone)
    throw_input("projector.architecture=none leaves nothing to train: set train_backbone=true");
  if (s.train_backbone && s.precision != "fp32")
    throw_input("precision={}: a backbone is trained in fp32: set precision=fp32", s.precision);
  if (s.train_backbone && find_backbone(s.backbone).weights_name.empty())
    throw_input("train_backbone=true: {} cannot be kept, only backbones with an official weights file", s.backbone);
  const ValidationSettings& v = config.validation;
  static_cast<void>(NamedProtocol(v.protocol));  // refuses unknown names
  if (config.selects() && v.data.empty() && v.classes.empty())
    throw_input("selection={}: say what to validate on: validation.data= or validation.classes=", s.selection);
  if (!config.selects() && !(v.data.empty() && v.classes.empty()))
    throw_input("validation.data and validation.classes do nothing with selection=last: set selection=validation");
}

}  // namespace

void ValidationSettings::declare(Schema<ValidationSettings>& s) {
  s.decides(Decides::fit);
  using V = ValidationSettings;
  s.add(&V::data, "data")
      .path()
      .example("validation.data=/data/visa")
      .doc("folder of the data set to validate on; empty: the one of data=, with other classes");
  s.add(&V::layout, "layout").one_of(layout_choices()).doc("how that folder is organised; auto recognises it");
  s.add(&V::classes, "classes").example("validation.classes=pcb1,pcb2").doc("classes to validate on; empty: all");
  s.add(&V::resize, "resize")
      .at_least(0)
      .at_most(4096)
      .doc("shorter side of the images; 0: the protocol's, as in adrep run (published code: 256 for both detectors)");
  s.add(&V::shots, "shots").at_least(1).at_most(4096).doc("normal reference images a class");
  s.add(&V::protocol, "protocol")
      .example("validation.protocol=paper")
      .doc("how the PRO is computed that decides, see adrep list (published code: paper)");
  s.add(&V::cache, "cache")
      .decides(Decides::nothing)
      .one_of({"off", "read", "readwrite"})
      .doc("features kept on disk, as in adrep run; off where the backbone is trained");
}

void PretrainSettings::declare(Schema<PretrainSettings>& s) {
  s.decides(Decides::fit);
  using P = PretrainSettings;
  s.add(&P::data, "data").path().example("data=/data/real_iad").doc("folder of a data set with anomalies and masks");
  s.add(&P::layout, "layout").one_of(layout_choices()).doc("how the folder is organised; auto recognises it");
  s.add(&P::classes, "classes").example("classes=pcb,zipper").doc("classes to pretrain on; empty: all");
  s.add(&P::backbone, "backbone").one_of(BackboneRegistry::instance().names()).doc("feature extractor");
  s.add(&P::weights, "weights").path().doc("weights file; empty: the official file in ADREP_WEIGHTS or the user cache");
  VitSettings::declare(s);
  MaskSettings::declare(s, Decides::fit, nullptr);
  s.add(&P::train_backbone, "train_backbone")
      .doc("the backbone is trained as well (ablation of Table 2a); it is written beside the projectors");
  s.add(&P::precision, "precision")
      .one_of({"fp32", "bf16"})
      .doc("what the backbone and the projectors compute in; losses, weights and optimiser are float32 in both");
  s.add(&P::crop, "image.crop").at_least(32).at_most(4096).doc("shorter side after the resize, and side of the crop");
  ImageReadingSettings::declare(s);
  s.add(&P::features, "features").one_of({"residual", "raw"}).doc("what goes into the projectors");
  s.add(&P::match, "references.match").one_of({"cosine", "l2"}).doc("cosine (published code) or l2 (paper)");
  s.add(&P::shots, "references.shots").doc("how many references an image has: one of these numbers, drawn at random");
  s.add(&P::shots_per, "references.shots_per")
      .one_of({"batch", "sample"})
      .doc("the number is drawn for every batch (published code) or every image (paper)");
  s.add(&P::center_shots, "references.center_shots").at_least(1).at_most(4096).doc("references in the centre pass");
  s.add(&P::epochs, "epochs").at_least(1).at_most(100'000).doc("passes over the images");
  s.add(&P::batch, "batch")
      .at_least(1)
      .at_most(4096)
      .doc("images a pass; the angle loss contrasts these and no others");
  s.add(&P::accumulate, "accumulate").at_least(1).at_most(4096).doc("passes whose mean gradient makes one step");
  s.add(&P::rate, "rate").more_than(0).doc("Adam's learning rate");
  s.add(&P::weight_decay, "weight_decay").at_least(0).doc("added to the gradient (Adam, not AdamW)");
  s.add(&P::milestones, "milestones").doc("epochs, from 0, before which the rate is multiplied");
  s.add(&P::rate_factor, "rate_factor").more_than(0).at_most(1).doc("what the rate is multiplied by");
  s.add(&P::label_pixels, "label_pixels")
      .at_least(0)
      .doc("a patch with more set mask pixels is anomalous for the angle loss");
  s.add(&P::selection, "selection")
      .one_of({"last", "validation", "oracle"})
      .doc(
          "also keep the epochs that are best by PRO under PatchCore and FeatureNorm on validation.data: validation is "
          "for data held out, oracle says that it is the test set (published code)");
  s.add(&P::seed, "seed").at_least(0).doc("seed of weights, order, views and references");
  s.add(&P::device, "device").decides(Decides::nothing).example("device=cuda:0").doc("cpu, cuda or cuda:INDEX");
  s.add(&P::threads, "threads")
      .decides(Decides::nothing)
      .at_least(0)
      .at_most(1024)
      .doc("threads for computing; 0: one a core");
  s.add(&P::memory, "memory")
      .decides(Decides::nothing)
      .more_than(0)
      .doc("bound for the angle loss's similarities, GiB");
  s.add(&P::cache, "cache")
      .decides(Decides::nothing)
      .at_least(0)
      .doc("bound for the features of references that are kept, GiB");
  s.add(&P::timeout, "timeout")
      .decides(Decides::nothing)
      .at_least(1)
      .at_most(86'400)
      .doc("seconds that several processes wait for each other before they stop");
  s.add(&P::save_every, "save_every").decides(Decides::nothing).at_least(1).doc("passes between two saved states");
  s.add(&P::keep, "keep").decides(Decides::nothing).at_least(1).at_most(1000).doc("saved states that are kept");
  s.add(&P::output, "output").decides(Decides::nothing).doc("folder of projectors, states, log and report");
}

const std::vector<PretrainSection>& pretrain_sections() {
  static const std::vector<PretrainSection> sections = {
      {"", &params_of<PretrainSettings>(), [](PretrainConfig& c) -> void* { return &c.settings; }},
      {"validation.", &params_of<ValidationSettings>(), [](PretrainConfig& c) -> void* { return &c.validation; }},
      {"projector.", &params_of<ProjectorParams>(), [](PretrainConfig& c) -> void* { return &c.step.projector; }},
      {"loss.", &params_of<LevelLossParams>(), [](PretrainConfig& c) -> void* { return &c.step.loss; }},
      {"angle.", &params_of<AngleLossParams>(), [](PretrainConfig& c) -> void* { return &c.step.loss.angle; }},
      {"norm.", &params_of<NormLossParams>(), [](PretrainConfig& c) -> void* { return &c.step.loss.norm; }},
      {"augment.", &params_of<ViewAugmentationParams>(), [](PretrainConfig& c) -> void* { return &c.augment; }}};
  return sections;
}

const Param& pretrain_param(const std::string& key, const std::string& where) {
  const Param* param = find_pretrain_param(key).second;
  if (!param) throw_input("{}: unknown key '{}': {}", where, key, suggestion(key, known_pretrain_keys()));
  return *param;
}

PretrainConfig resolve_pretrain(const RawConfig& given) {
  RawConfig raw = given;
  VitSettings::rename_keys(raw);
  PretrainConfig config;
  for (const auto& [key, value] : raw) {
    const Param& param = pretrain_param(key, value.where);
    param.set(find_pretrain_param(key).first->place(config), param.parse(value, key));
  }
  const PretrainSettings& s = config.settings;
  config.shots = whole_numbers(s.shots, "references.shots", 1);
  if (config.shots.empty()) throw_input("references.shots is empty: give at least one number");
  config.milestones = whole_numbers(s.milestones, "milestones", 0);
  if (config.augment.blur_smallest > config.augment.blur_largest)
    throw_input("augment.blur_smallest={} is larger than augment.blur_largest={}", config.augment.blur_smallest,
                config.augment.blur_largest);
  static_cast<void>(projector_entry(config.step.projector));
  check_combination(config);
  config.step.residual = s.features == "residual";
  config.step.match = match_of(s.match);
  config.step.label_pixels = s.label_pixels;
  config.step.computed_in = s.precision == "bf16" ? at::kBFloat16 : at::kFloat;
  config.step.memory_bytes = static_cast<int64_t>(s.memory * (int64_t{1} << 30));
  return config;
}

std::map<std::string, ParamValue> all_values(const PretrainConfig& config) {
  PretrainConfig copy = config;
  std::map<std::string, ParamValue> values;
  for (const PretrainSection& section : pretrain_sections())
    for (const Param& param : section.params->all())
      values[section.prefix + param.name] = param.get(section.place(copy));
  return values;
}

std::string result_hash(const PretrainConfig& config) {
  std::map<std::string, std::string> texts, deciding;
  for (const auto& [key, value] : all_values(config)) texts[key] = to_text(value);
  const ParamTexts of_config = [&](const std::string& name) { return texts.at(name); };
  for (const PretrainSection& section : pretrain_sections())
    for (const Param& param : section.params->all())
      // of a path the content counts, others add it; the activation follows
      if (param.role(of_config) != Decides::nothing && !param.is_path && param.name != "weights.activation")
        deciding[section.prefix + param.name] = texts.at(section.prefix + param.name);
  // as they stand in keys of runs, so that pretrainings of adrep 0.2 go on
  for (auto& [key, value] : weights_in_keys(config.settings.backbone, config.settings.weights, config.settings,
                                            [](const auto& file) { return ContentHashes::instance().sha256_of(file); }))
    deciding[key] = std::move(value);
  std::string text;
  for (const auto& [key, value] : deciding) text += key + "=" + value + "\n";
  return sha256_of(text);
}

}  // namespace adrep
