#include "benchmarks/plan/pretraining.h"

#include <filesystem>

#include "benchmarks/plan/job_share.h"
#include "benchmarks/plan/matrix.h"
#include "benchmarks/plan/pretrain_keys.h"

namespace adrep {
namespace {

/// The backbone of the cells, and where they are computed: what a pretraining takes from the run, whatever its file
/// says.
RawConfig taken_from(const RunSettings& run) {
  RawConfig taken;
  const auto take = [&](const std::string& key, ParamValue value) {
    const auto* list = std::get_if<std::vector<std::string>>(&value);
    RawValue& raw = taken[key] = {list ? *list : std::vector<std::string>{to_text(value)}, list != nullptr, "the run"};
    // of several that the run has one is enough
    if (!pretrain_param(key, raw.where).is_list() && raw.items.size() > 1) raw.items.resize(1);
  };
  const ParamList& params = params_of<RunSettings>();
  for (const std::string& name : params_of<VitSettings>().names()) take(name, params.find(name)->get(&run));
  for (const char* name : {"backbone", "weights", "device"}) take(name, params.find(name)->get(&run));
  // it has the machine to itself, before jobs divide it
  take("threads", run.threads * jobs_of(run));
  return taken;
}

PretrainConfig resolved(const RunConfig& run) {
  const YamlFile file = read_yaml(run.settings.pretrain);
  if (is_matrix(file))
    throw_input("{}: projector.pretrain needs one pretraining, and this is a sweep of several: sweep projector.KEY",
                file.name);
  RawConfig raw = yaml_settings(file, file.root);
  VitSettings::rename_keys(raw);
  for (const auto& [key, value] : run.pretrain_params) raw[key] = value;
  for (const auto& [key, value] : taken_from(run.settings)) raw[key] = value;
  try {
    return resolve_pretrain(raw);
  } catch (const InputError& wrong) {
    const std::string text = wrong.what();
    if (text.find(file.name) != std::string::npos) throw;  // it says where
    throw_input("projector.pretrain={}: {}", file.name, text);
  }
}

std::string title_of(const RunConfig& run) {
  const RunSettings& settings = run.settings;
  std::string title = settings.backbone.substr(0, settings.backbone.find(':'));
  title += " · " + std::filesystem::path(settings.pretrain).stem().string();
  std::string changed;
  for (const auto& [name, value] : run.pretrain_params)
    changed += fmt::format("{}{}={}", changed.empty() ? "" : " ", name, fmt::join(value.items, ","));
  return title + (changed.empty() ? "" : " · " + changed);
}

}  // namespace

std::string projectors_for(const RunConfig& run, const Pretraining& pretraining, const std::string& detector) {
  const std::string& asked = run.settings.projector_checkpoint;
  const bool chooses = pretraining.config.selects();
  if (!chooses && asked != "auto" && asked != "last")
    throw_input(
        "projector.checkpoint={}: {} keeps only its last epoch: set projector.selection, or projector.checkpoint=last",
        asked, run.settings.pretrain);
  if (asked != "auto") return asked;
  // protocol §5: as the paper's own cells
  return !chooses ? "last" : detector == "padim" || detector == "patchcore" ? "angle" : "norm";
}

std::shared_ptr<const Pretraining> Pretrainings::of(const RunConfig& run) {
  const RunSettings& settings = run.settings;
  if (settings.pretrain.empty()) return nullptr;
  std::string key = settings.pretrain + "|" + settings.projector_folder;
  for (const auto& [name, value] : taken_from(settings))
    key += fmt::format("|{}={}", name, fmt::join(value.items, ","));
  for (const auto& [name, value] : run.pretrain_params) key += fmt::format("|{}={}", name, fmt::join(value.items, ","));
  std::shared_ptr<const Pretraining>& known = known_[key];
  if (!known)
    known = std::make_shared<const Pretraining>(Pretraining{resolved(run), title_of(run), settings.projector_folder});
  return known;
}

ValidationPlace validation_place(const PretrainConfig& config) {
  const bool own = !config.validation.data.empty();
  return {own ? config.validation.data : config.settings.data, own ? config.validation.layout : config.settings.layout};
}

}  // namespace adrep
