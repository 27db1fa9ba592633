#include "benchmarks/run/saved_model.h"

#include <cstring>

#include "benchmarks/cells/kept_file.h"
#include "benchmarks/plan/feature_keys.h"
#include "benchmarks/run/saved_maps.h"
#include "core/backbones/trained_backbone.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/base/stage_times.h"
#include "core/io/mapped_file.h"
#include "core/io/sharded_checkpoint.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr size_t hash_digits = 8;

/// Moves a file that is in the way to previous/ beside it.
void keep_previous(const fs::path& file, const std::optional<ArtefactOwner>& owner) {
  const std::string digits = owner ? sha256_of(owner->features.dump()).substr(0, hash_digits) : "unknown";
  const fs::path kept =
      file.parent_path() / "previous" / fmt::format("{}-{}{}", file.stem().string(), digits, file.extension().string());
  keep_as(file, kept);
  log_info(fmt::format("the model of another cell is now {}", kept.string()));
}

at::Tensor weights_bytes(const fs::path& file, const std::string& sha256) {
  const MappedFile mapped(file);
  const std::string_view bytes = mapped.bytes();
  at::Tensor copy = at::empty({static_cast<int64_t>(bytes.size())}, at::kByte);
  std::memcpy(copy.mutable_data_ptr(), bytes.data(), bytes.size());
  if (sha256_of({static_cast<const char*>(copy.const_data_ptr()), copy.nbytes()}) != sha256)
    throw_failure("{}: it changed during the run: run again with the new content", file.string());
  return copy;
}

}  // namespace

ArtefactBackbone artefact_backbone(const RunSettings& settings) {
  const BackboneEntry entry = find_backbone(settings.backbone);
  const fs::path file = find_weights(entry, settings.weights);
  const std::string registered =
      entry.own_file.empty() ? entry.name : settings.backbone.substr(0, settings.backbone.find(':')) + ":FILE";
  ArtefactBackbone backbone{registered, file.filename().string(), weights_hash(settings), precision_of(settings),
                            settled_vit(settings)};
  if (!settings.models_embed) return backbone;
  if (is_shard_index(file))
    throw_input(
        "models.embed=true: {} is an index of several files: write them as one, adrep weights convert {} "
        "weights.safetensors, or use models.embed=false",
        file.string(), file.string());
  if (!settings.weights.empty() && is_trained_backbone(file))
    throw_input(
        "models.embed=true: weights={} holds what was trained and needs the official weights besides: use "
        "models.embed=false",
        settings.weights);
  backbone.embedded = weights_bytes(file, backbone.sha256);
  return backbone;
}

SavedModel::SavedModel(const fs::path& output, const PlannedCell& planned, const CellKey& key)
    : wanted_(planned.config->settings.models == "keep"),
      embeds_(planned.config->settings.models_embed),
      detector_(planned.detector),
      parameters_(planned.params()),
      geometry_(planned.geometry),
      key_(key),
      file_(output / "models" / (folder_name(planned.title(), key.hash()) + ".safetensors")),
      files_(output, key.hash()) {}

bool SavedModel::missing() const {
  if (!wanted_) return false;
  const std::optional<ArtefactOwner> owner = artefact_owner(file_);
  return !owner || owner->features != key_.to_json() || (embeds_ && !owner->embedded) ||
         !files_.intact(CellFiles::Kind::model);
}

std::optional<Artefact> SavedModel::fitted_before() const {
  const std::optional<ArtefactOwner> owner = artefact_owner(file_);
  if (!owner || !owner->features.is_object() || owner->features.value("fit", nlohmann::json()) != key_.fit)
    return std::nullopt;
  // with selection=oracle the model is that of one way to score
  if (owner->features.value("scores", nlohmann::json::object()).value("selection", "last") == "oracle")
    return std::nullopt;
  try {
    return load_artefact(file_);
  } catch (const InputError& unusable) {
    log_warning(fmt::format("{}; it is fitted again", unusable.what()));
    return std::nullopt;
  }
}

void SavedModel::save(Artefact made) const {
  const StageTime storing("model");
  made.detector = detector_;
  made.parameters = parameters_;
  made.features = key_.to_json();
  made.geometry = geometry_;
  std::error_code ignored;
  if (fs::exists(file_, ignored)) {
    const std::optional<ArtefactOwner> owner = artefact_owner(file_);
    if (!owner || owner->features != made.features) keep_previous(file_, owner);
  }
  save_artefact(file_, made);
  files_.record(CellFiles::Kind::model, {file_});
}

}  // namespace adrep
