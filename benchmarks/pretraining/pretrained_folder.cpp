#include "benchmarks/pretraining/pretrained_folder.h"

#include <nlohmann/json.hpp>

#include "benchmarks/pretraining/pretrain_identity.h"
#include "benchmarks/pretraining/pretrain_model.h"
#include "benchmarks/pretraining/pretrain_validation.h"
#include "core/base/atomic_file.h"
#include "core/base/content_hashes.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/io/sealed_json.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int record_version = 1;

fs::path record_in(const fs::path& folder) {
  return folder / "pretraining.json";
}

/// What a pretraining leaves for cells: projectors, and of a trained backbone that beside each.
std::vector<std::string> files_of(const PretrainConfig& config) {
  std::vector<std::string> files = {projectors_file("last")};
  for (const SelectingDetector& selecting : selecting_detectors)
    if (config.selects()) files.emplace_back(selecting.file);
  if (!config.settings.train_backbone) return files;
  const size_t projectors = files.size();
  for (size_t i = 0; i < projectors; ++i) files.push_back(trained_backbone_file(files[i]).string());
  return files;
}

void write_record(const fs::path& folder, const Pretraining& pretraining, const std::string& identity,
                  const json& files) {
  const PretrainConfig& config = pretraining.config;
  const json record = {{"adrep_pretraining", record_version},
                       {"title", pretraining.title},
                       {"data", config.settings.data},
                       {"identity", identity},
                       {"version", pretraining_version},
                       {"settings", json::parse(settings_text(config))},
                       {"files", files}};
  write_file_atomically(record_in(folder), sealed(record).dump(1) + "\n");
}

}  // namespace

fs::path pretrained_folder() {
  return cache_folder() / "pretrained";
}

std::string projectors_file(const std::string& which) {
  if (which == "last") return "projector.safetensors";
  return selecting_detectors[which == "angle" ? 0 : 1].file;
}

void note_begun(const fs::path& folder, const Pretraining& pretraining, const std::string& identity) {
  write_record(folder, pretraining, identity, json::object());
}

void note_done(const fs::path& folder, const Pretraining& pretraining, const std::string& identity) {
  json files = json::object();
  for (const std::string& name : files_of(pretraining.config)) {
    if (!fs::exists(folder / name))
      throw_failure("{}: it was removed after it was made: remove the folder to pretrain anew",
                    (folder / name).string());
    files[name] = ContentHashes::instance().sha256_of(folder / name);
  }
  write_record(folder, pretraining, identity, files);
}

bool is_done(const fs::path& folder) {
  const fs::path file = record_in(folder);
  if (!fs::exists(file)) return false;
  try {
    const json record = read_sealed_json(read_file(file), "pretraining", file.string());
    if (record.value("adrep_pretraining", 0) != record_version) return false;
    const auto files = record.at("files").get<std::map<std::string, std::string>>();
    for (const auto& [name, hash] : files) {
      const fs::path made = folder / fs::path(name).filename();
      if (!fs::exists(made) || ContentHashes::instance().sha256_of(made) != hash)
        throw_input("{}: it is not as the pretraining left it", made.string());
    }
    return !files.empty();
  } catch (const json::exception&) {
    log_warning(file.string() + ": misshapen; the pretraining goes on from its last state");
  } catch (const InputError& damaged) {
    log_warning(std::string(damaged.what()) + "; the pretraining goes on from its last state");
  }
  return false;
}

}  // namespace adrep
