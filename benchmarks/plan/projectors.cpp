#include "benchmarks/plan/projectors.h"

#include "core/base/content_hashes.h"
#include "core/base/error.h"

namespace adrep {

namespace {

std::map<std::string, ProjectorCheckpoint>& known_projectors() {
  static std::map<std::string, ProjectorCheckpoint> known;
  return known;
}

}  // namespace

const ProjectorCheckpoint& projector_of(const RunSettings& settings) {
  if (settings.projector.empty())
    throw_input(
        "projector= is not set: features=pretrained needs a projector file, for example "
        "projector=checkpoints_pro_angle.pth");
  if (!std::filesystem::exists(settings.projector))
    throw_input("projector={}: no such file: the paper's authors publish theirs at {}, adrep pretrain makes others",
                settings.projector, projectors_page);
  std::map<std::string, ProjectorCheckpoint>& known = known_projectors();
  const auto place = known.find(settings.projector);
  if (place != known.end()) return place->second;
  return known.emplace(settings.projector, read_projector_checkpoint(settings.projector)).first->second;
}

std::shared_ptr<const RunConfig> config_with_projectors(const std::shared_ptr<const RunConfig>& config) {
  const ProjectorCheckpoint& projector = projector_of(config->settings);
  if (projector.trained_backbone_sha256.empty()) return config;
  const std::filesystem::path file = trained_backbone_file(projector.file);
  if (!std::filesystem::is_regular_file(file))
    throw_input("{}: its backbone was trained with it, and {} is not beside it", projector.file.string(),
                file.filename().string());
  if (ContentHashes::instance().sha256_of(file) != projector.trained_backbone_sha256)
    throw_input("{}: it belongs to other projectors than {}", file.string(), projector.file.string());
  RunConfig trained = *config;
  trained.settings.weights = file.string();
  return std::make_shared<const RunConfig>(std::move(trained));
}

void forget_projectors() {
  known_projectors().clear();
}

nlohmann::json projector_record(const ProjectorCheckpoint& projector) {
  nlohmann::json record = {{"architecture", projector.params.architecture},
                           {"layers", projector.params.layers},
                           {"merge", projector.params.merge_sign() < 0 ? "subtract" : "add"},
                           {"squeeze_excite", projector.params.squeeze_excite},
                           {"input", projector.residual ? "residual" : "raw"}};
  if (projector_entry(projector.params).needs_references)
    record["attends_to"] = "residuals of each reference image to the other references";
  return record;
}

}  // namespace adrep
