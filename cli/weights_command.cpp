#include <fmt/format.h>

#include "cli/command.h"
#include "cli/command_words.h"
#include "cli/settings.h"
#include "core/backbones/known_weights.h"
#include "core/backbones/normalisation_choice.h"
#include "core/base/failure.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/io/sharded_checkpoint.h"
#include "core/io/torch_checkpoint.h"
#include "detectors/cflow/cflow.h"
#include "detectors/pipeline/artefact.h"

namespace adrep::cli {
namespace {

namespace fs = std::filesystem;

struct WeightsArguments {
  std::vector<std::string> words;  ///< of verify: backbones and key=value settings
  std::string file, output, only, log_scale;
};

/// The backbones that have an official file.
std::vector<const BackboneEntry*> with_files() {
  std::vector<const BackboneEntry*> entries;
  for (const auto& [name, entry] : BackboneRegistry::instance().all())
    if (!entry.weights_name.empty()) entries.push_back(&entry);
  return entries;
}

/// Its file, or "" where none is found.
fs::path found_file(const BackboneEntry& entry) {
  try {
    return find_weights(entry, {});
  } catch (const InputError&) {
    return {};
  }
}

void list() {
  std::vector<std::string> folders;
  for (const fs::path& folder : weights_folders()) folders.push_back(folder.string());
  fmt::print("weights are looked for in {} (ADREP_WEIGHTS=FOLDER:FOLDER… adds folders, weights=FILE names a file)\n",
             listed(folders));
  for (const BackboneEntry* entry : with_files()) {
    const fs::path file = found_file(*entry);
    fmt::print("{}\n  file    {}{}\n", entry->name, entry->weights_name,
               entry->weights_size.empty() ? "" : ", " + entry->weights_size);
    if (!entry->other_weights_names.empty()) fmt::print("  or      {}\n", listed(entry->other_weights_names));
    fmt::print("  from    {}\n", entry->weights_page);
    if (!entry->weights_sha256.empty()) fmt::print("  sha256  {}\n", entry->weights_sha256);
    fmt::print("  here    {}\n", file.empty() ? "no" : file.string());
  }
}

/// "; computed with …" where files of one layout differ in it.
std::string activation_text(const ActivationChoice& activation) {
  if (activation.name.empty()) return "";
  return activation.guess ? "; " + guess_advice(activation)
                          : fmt::format("; activation {} ({})", activation.name, activation.why);
}

/// "; images normalised with …" where that is not as its architecture's authors have it.
std::string normalisation_text(const BackboneInfo& info) {
  if (info.usual_normalisation) return "";
  return fmt::format("; images normalised with {} ({})", to_text({info.mean, info.std}), info.normalisation_from);
}

/// Loads one file as a backbone; false, after saying why, when it cannot be used.
bool verify(const BackboneEntry& entry, const fs::path& file, const VitSettings& settings) {
  try {
    const auto backbone = entry.load(file, {.vit = settings});
    const BackboneInfo& info = backbone->info();
    const bool official = file.filename() == entry.weights_name && !entry.weights_sha256.empty();
    if (official && info.weights_sha256 != entry.weights_sha256) {
      log_error(fmt::format("{}: {}: every key fits, but its SHA-256 {} is not the published {}", entry.name,
                            file.string(), info.weights_sha256, entry.weights_sha256));
      return false;
    }
    const bool own = !entry.own_file.empty() || entry.weights_name.empty();  // there is no published file of it
    const bool strange = !own && has_known_weights(entry) && !known_weights(info.weights_sha256);
    fmt::print("{}: {}: {}, {:.1f} M parameters; SHA-256 {}{}{}{}\n", entry.name, file.string(),
               strange ? unpublished : "every key fits", static_cast<double>(info.parameters) / 1e6,
               info.weights_sha256, official ? ", as published" : "", activation_text(info.activation),
               normalisation_text(info));
    return true;
  } catch (...) {
    log_error(fmt::format("{}: {}", entry.name, contained_failure().line));
    return false;
  }
}

int verify_all(const WeightsArguments& arguments) {
  std::vector<BackboneEntry> entries;
  std::vector<std::string> assignments;
  for (const std::string& word : arguments.words) {
    if (is_assignment(word) && word.find(':') == std::string::npos)
      assignments.push_back(word);
    else
      entries.push_back(find_backbone(word));
  }
  VitSettings settings;
  apply_settings(assignments, settings);
  const bool asked = !entries.empty();
  if (!asked)
    for (const BackboneEntry* entry : with_files())
      if (!found_file(*entry).empty()) entries.push_back(*entry);
  if (entries.empty()) throw_input("no backbone has its weights here: see adrep weights list");
  if (!arguments.file.empty() && entries.size() != 1)
    throw_input("--file {}: name the one backbone it is for", arguments.file);
  bool good = true;
  for (const BackboneEntry& entry : entries) good &= verify(entry, find_weights(entry, arguments.file), settings);
  return good ? 0 : static_cast<int>(ExitCode::usage);
}

void require_new(const std::string& file) {
  if (fs::exists(file)) throw_input("{}: it is there already: choose another name", file);
}

void convert(const WeightsArguments& arguments) {
  require_new(arguments.output);
  TensorMap tensors = read_state_dict(arguments.file);
  const size_t all = tensors.size();
  std::erase_if(tensors, [&](const auto& entry) { return !entry.first.starts_with(arguments.only); });
  if (tensors.empty()) throw_input("{}: none of its {} tensors begins with '{}'", arguments.file, all, arguments.only);
  write_safetensors(
      arguments.output, tensors,
      {{"source", fs::path(arguments.file).filename().string()}, {"source_sha256", hash_of_weights(arguments.file)}});
  fmt::print("{}: {} of {} tensors\n", arguments.output, tensors.size(), all);
}

void export_flows(const WeightsArguments& arguments) {
  require_new(arguments.output);
  const Artefact model = load_artefact(arguments.file);
  if (model.detector != "cflow")
    throw_input("{}: it holds {}: only the flows of cflow have a format of their own", arguments.file, model.detector);
  const auto parameters = params_from<CflowParams>(model.parameters, model.detector);
  const FlowWeights kept = flow_weights_of(model.fitted->state(), parameters.log_scale);
  const FlowWeights weights = arguments.log_scale.empty() ? kept : for_log_scale(kept, arguments.log_scale);
  write_flow_weights(arguments.output, weights);
  fmt::print("{}: {} tensors, for log_scale={}\n", arguments.output, weights.tensors.size(), weights.log_scale);
}

}  // namespace

void add_weights_command(CLI::App& program, int& exit_code) {
  const auto arguments = std::make_shared<WeightsArguments>();
  CLI::App* command =
      program.add_subcommand("weights", "which file each backbone needs, checks, conversion and export");
  command->require_subcommand(1);
  command->add_subcommand("list", "the official file of each backbone, where it comes from and whether it is here")
      ->callback([] { list(); });

  CLI::App* verification = command->add_subcommand("verify", "load the files found, or one, and compare their hashes");
  takes_names(
      verification->add_option("backbone", arguments->words,
                               "backbones to check, default: all whose file is here; key=value settings of vision "
                               "transformers"),
      [] { return BackboneRegistry::instance().names(); });
  verification->add_option("--file", arguments->file, "the file to check, in place of the official one");
  takes_keys(*verification,
             "examples:\n  adrep weights verify efficientnet_lite0\n"
             "  adrep weights verify clip_base --file open_clip_model.safetensors weights.activation=gelu",
             [] { return std::vector<KeySection>{{&params_of<VitSettings>()}}; });
  verification->callback([arguments, &exit_code] { exit_code = verify_all(*arguments); });

  CLI::App* conversion =
      command->add_subcommand("convert", "write a weights file as safetensors, same names and types");
  conversion->add_option("file", arguments->file, "torch.save, TorchScript or safetensors file")->required();
  conversion->add_option("output", arguments->output, "the new file")->required();
  conversion->add_option("--only", arguments->only, "only the tensors whose names begin with this");
  conversion->footer("example: adrep weights convert ViT-B-16.pt clip.safetensors --only visual.");
  conversion->callback([arguments] { convert(*arguments); });

  CLI::App* flows = command->add_subcommand("export", "write the flows of a kept cflow model as CFLOW-AD's code does");
  flows->add_option("model", arguments->file, "file of a run with models=keep")->required();
  flows->add_option("output", arguments->output, "the new file: torch.save, or safetensors by its name")->required();
  flows->add_option("--log-scale", arguments->log_scale, "the FrEIA that reads it; default: as the model's log_scale")
      ->check(CLI::IsMember(params_of<CflowParams>().find("log_scale")->choices));
  flows->footer("example: adrep weights export results/models/fabric-cflow-raw.safetensors cflow.pth");
  flows->callback([arguments] { export_flows(*arguments); });
}

}  // namespace adrep::cli
