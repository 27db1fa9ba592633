#include "benchmarks/run/score_cache.h"

#include "core/base/error.h"
#include "core/base/failure.h"
#include "core/base/log.h"
#include "core/features/cache/cache_inventory.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr size_t score_name_digits = 32;

json described(const CellKey& key, const ScoreRecord& record) {
  return {{"fit", key.fit},
          {"scores", key.scores},
          {"images", record.images},
          {"skipped", record.skipped},
          {"train_images", record.train_images},
          {"references", record.references},
          {"reference_hashes", record.reference_hashes},
          {"split", record.split},
          {"training", record.training},
          {"details", record.details},
          {"epochs", record.epochs},
          {"costs", record.costs},
          {"environment", record.environment}};
}

ScoreRecord record_from(const json& all, const TensorMap& tensors) {
  ScoreRecord record;
  record.images = all.at("images").get<std::vector<std::string>>();
  record.skipped = all.at("skipped").get<std::vector<std::string>>();
  record.train_images = all.at("train_images").get<int64_t>();
  record.references = all.at("references").get<std::vector<std::string>>();
  record.reference_hashes = all.at("reference_hashes").get<std::vector<std::string>>();
  record.split = all.at("split");
  record.training = all.at("training");
  record.details = all.at("details");
  record.epochs = all.at("epochs");
  record.costs = all.at("costs").get<Costs>();
  record.environment = all.at("environment");
  record.maps = tensors.at("maps");
  record.image_scores = tensors.at("image_scores");
  if (all.at("scores").value("selection", "") == "oracle")
    record.oracle_image_scores = tensors.at("oracle_image_scores");
  return record;
}

void check_shapes(const ScoreRecord& record, const fs::path& file) {
  const auto count = static_cast<int64_t>(record.images.size());
  const at::Tensor &maps = record.maps, &scores = record.image_scores;
  if (maps.dim() != 3 || maps.size(0) != count || scores.sizes() != at::IntArrayRef({count}) ||
      maps.scalar_type() != at::kFloat || scores.scalar_type() != at::kFloat ||
      record.stored_scores().sizes() != scores.sizes() || record.stored_scores().scalar_type() != at::kFloat)
    throw_input("{}: damaged: its maps and scores are not those of its images", file.string());
}

}  // namespace

fs::path ScoreCache::file_of(const CellKey& key) const {
  return options_.folder / "scores" / (key.score_hash().substr(0, score_name_digits) + ".safetensors");
}

bool ScoreCache::has(const CellKey& key) const {
  return options_.mode != CacheMode::off && refusal_of(file_of(key), false).empty();
}

std::optional<ScoreRecord> ScoreCache::find(const CellKey& key) const {
  if (!has(key)) return std::nullopt;
  const fs::path file = file_of(key);
  try {
    const SealedTensors sealed = read_sealed(file, score_seal);
    if (sealed.description.at("fit") != key.fit || sealed.description.at("scores") != key.scores)
      throw_input("{}: the scores of another key", file.string());
    ScoreRecord record = record_from(sealed.description, sealed.tensors);
    check_shapes(record, file);
    if (options_.mode == CacheMode::readwrite) mark_used(file);
    return record;
  } catch (...) {
    log_warning(fmt::format("{}; the images are scored again", contained_failure().line));
    std::error_code ignored;
    if (options_.mode == CacheMode::readwrite) fs::remove(file, ignored);
    return std::nullopt;
  }
}

void ScoreCache::put(const CellKey& key, const ScoreRecord& record) const {
  if (options_.mode != CacheMode::readwrite) return;
  try {
    TensorMap tensors{{"maps", record.maps.cpu().contiguous()}, {"image_scores", record.image_scores.contiguous()}};
    if (record.oracle_image_scores.defined()) tensors["oracle_image_scores"] = record.oracle_image_scores.contiguous();
    write_sealed(file_of(key), score_seal, {described(key, record), std::move(tensors)});
    evict(options_.folder, options_.limit_bytes);
  } catch (const WriteError& failed) {
    log_detail(fmt::format("score maps are not kept: {}", failed.what()));  // the feature cache has warned
  }
}

}  // namespace adrep
