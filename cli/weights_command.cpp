#include <fmt/format.h>

#include "cli/command.h"
#include "core/backbones/backbone.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/io/torch_checkpoint.h"

namespace adrep::cli {
namespace {

namespace fs = std::filesystem;

struct WeightsArguments {
  std::vector<std::string> backbones;
  std::string file, output, only;
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

/// Loads one file as a backbone; false, after saying why, when it cannot be used.
bool verify(const BackboneEntry& entry, const fs::path& file) {
  try {
    const auto backbone = entry.load(file, {});
    const BackboneInfo& info = backbone->info();
    const bool official = file.filename() == entry.weights_name && !entry.weights_sha256.empty();
    if (official && info.weights_sha256 != entry.weights_sha256) {
      log_error(fmt::format("{}: {}: every key fits, but its SHA-256 {} is not the published {}", entry.name,
                            file.string(), info.weights_sha256, entry.weights_sha256));
      return false;
    }
    fmt::print("{}: {}: every key fits, {:.1f} M parameters; SHA-256 {}{}\n", entry.name, file.string(),
               static_cast<double>(info.parameters) / 1e6, info.weights_sha256, official ? ", as published" : "");
    return true;
  } catch (const Error& error) {
    log_error(fmt::format("{}: {}", entry.name, error.what()));
    return false;
  }
}

int verify_all(const WeightsArguments& arguments) {
  std::vector<BackboneEntry> entries;
  for (const std::string& name : arguments.backbones) entries.push_back(find_backbone(name));
  const bool asked = !entries.empty();
  if (!asked)
    for (const BackboneEntry* entry : with_files())
      if (!found_file(*entry).empty()) entries.push_back(*entry);
  if (entries.empty()) throw_input("no backbone has its weights here: see adrep weights list");
  if (!arguments.file.empty() && entries.size() != 1)
    throw_input("--file {}: name the one backbone it is for", arguments.file);
  bool good = true;
  for (const BackboneEntry& entry : entries) good &= verify(entry, find_weights(entry, arguments.file));
  return good ? 0 : static_cast<int>(ExitCode::usage);
}

void convert(const WeightsArguments& arguments) {
  if (fs::exists(arguments.output)) throw_input("{}: it is there already: choose another name", arguments.output);
  TensorMap tensors = read_state_dict(arguments.file);
  const size_t all = tensors.size();
  std::erase_if(tensors, [&](const auto& entry) { return !entry.first.starts_with(arguments.only); });
  if (tensors.empty()) throw_input("{}: none of its {} tensors begins with '{}'", arguments.file, all, arguments.only);
  write_safetensors(
      arguments.output, tensors,
      {{"source", fs::path(arguments.file).filename().string()}, {"source_sha256", sha256_of_file(arguments.file)}});
  fmt::print("{}: {} of {} tensors\n", arguments.output, tensors.size(), all);
}

}  // namespace

void add_weights_command(CLI::App& program, int& exit_code) {
  const auto arguments = std::make_shared<WeightsArguments>();
  CLI::App* command = program.add_subcommand("weights", "which file each backbone needs, checks and conversion");
  command->require_subcommand(1);
  command->add_subcommand("list", "the official file of each backbone, where it comes from and whether it is here")
      ->callback([] { list(); });

  CLI::App* verification = command->add_subcommand("verify", "load the files found, or one, and compare their hashes");
  verification->add_option("backbone", arguments->backbones, "backbones to check; default: all whose file is here");
  verification->add_option("--file", arguments->file, "the file to check, in place of the official one");
  verification->footer("example: adrep weights verify efficientnet_lite0");
  verification->callback([arguments, &exit_code] { exit_code = verify_all(*arguments); });

  CLI::App* conversion =
      command->add_subcommand("convert", "write a weights file as safetensors, same names and types");
  conversion->add_option("file", arguments->file, "torch.save, TorchScript or safetensors file")->required();
  conversion->add_option("output", arguments->output, "the new file")->required();
  conversion->add_option("--only", arguments->only, "only the tensors whose names begin with this");
  conversion->footer("example: adrep weights convert ViT-B-16.pt clip.safetensors --only visual.");
  conversion->callback([arguments] { convert(*arguments); });
}

}  // namespace adrep::cli
