#include "benchmarks/run/saved_model.h"

#include "benchmarks/cells/kept_file.h"
#include "benchmarks/run/saved_maps.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "detectors/artefact.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr size_t hash_digits = 8;

/// Moves a file that is in the way to previous/ beside it.
void keep_previous(const fs::path& file) {
  const nlohmann::json owner = artefact_features(file);
  const std::string digits = owner.is_null() ? "unknown" : sha256_of(owner.dump()).substr(0, hash_digits);
  const fs::path kept =
      file.parent_path() / "previous" / fmt::format("{}-{}{}", file.stem().string(), digits, file.extension().string());
  keep_as(file, kept);
  log_info(fmt::format("the model of another cell is now {}", kept.string()));
}

}  // namespace

SavedModel::SavedModel(const fs::path& output, const PlannedCell& planned, const CellKey& key)
    : wanted_(planned.config->settings.models == "keep"),
      detector_(planned.detector),
      parameters_(planned.params()),
      key_(key),
      file_(output / "models" / (folder_name(planned.title(), key.hash()) + ".safetensors")),
      files_(output, key.hash()) {}

bool SavedModel::missing() const {
  return wanted_ && (artefact_features(file_) != key_.to_json() || !files_.intact(CellFiles::Kind::model));
}

std::optional<Artefact> SavedModel::fitted_before() const {
  const nlohmann::json owner = artefact_features(file_);
  if (!owner.is_object() || owner.value("fit", nlohmann::json()) != key_.fit) return std::nullopt;
  // with selection=oracle the model is that of one way to score
  if (owner.value("scores", nlohmann::json::object()).value("selection", "last") == "oracle") return std::nullopt;
  try {
    return load_artefact(file_);
  } catch (const InputError& unusable) {
    log_warning(fmt::format("{}; it is fitted again", unusable.what()));
    return std::nullopt;
  }
}

void SavedModel::save(std::shared_ptr<const Detector> fitted, const nlohmann::json& record,
                      const std::vector<at::Tensor>& references, const Levels& probe) const {
  Artefact artefact{detector_, parameters_, key_.to_json(), {}, std::move(fitted), record};
  for (size_t l = 0; l < references.size(); ++l) artefact.representation["bank/" + std::to_string(l)] = references[l];
  std::error_code ignored;
  if (fs::exists(file_, ignored)) keep_previous(file_);
  save_artefact(file_, artefact, probe);
  files_.record(CellFiles::Kind::model, {file_});
}

}  // namespace adrep
