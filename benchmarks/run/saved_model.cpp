#include "benchmarks/run/saved_model.h"

#include "benchmarks/cells/cell.h"
#include "benchmarks/cells/kept_file.h"
#include "benchmarks/run/saved_maps.h"
#include "core/base/log.h"
#include "detectors/artefact.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr size_t hash_digits = 8;

/// Moves a file that is in the way to previous/ beside it.
void keep_previous(const fs::path& file) {
  const nlohmann::json owner = artefact_features(file);
  const std::string digits = owner.is_null() ? "unknown" : hash_of_key(owner).substr(0, hash_digits);
  const fs::path kept =
      file.parent_path() / "previous" / fmt::format("{}-{}{}", file.stem().string(), digits, file.extension().string());
  keep_as(file, kept);
  log_info(fmt::format("the model of another cell is now {}", kept.string()));
}

}  // namespace

SavedModel::SavedModel(const fs::path& output, const PlannedCell& planned, const nlohmann::json& key)
    : wanted_(planned.config->settings.models == "keep"),
      detector_(planned.detector),
      parameters_(planned.params()),
      key_(key),
      file_(output / "models" / (folder_name(planned.title(), hash_of_key(key)) + ".safetensors")) {}

bool SavedModel::missing() const {
  return wanted_ && artefact_features(file_) != key_;
}

void SavedModel::save(std::shared_ptr<Detector> fitted, const std::vector<at::Tensor>& references,
                      const Levels& probe) const {
  Artefact artefact{detector_, parameters_, key_, {}, std::move(fitted)};
  for (size_t l = 0; l < references.size(); ++l) artefact.representation["bank/" + std::to_string(l)] = references[l];
  std::error_code ignored;
  if (fs::exists(file_, ignored)) keep_previous(file_);
  save_artefact(file_, artefact, probe);
}

}  // namespace adrep
