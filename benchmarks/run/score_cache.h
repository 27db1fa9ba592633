#pragma once
#include <ATen/ATen.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/cells/cell_costs.h"
#include "benchmarks/cells/cell_key.h"
#include "core/features/cache/feature_cache.h"

namespace adrep {

/// Scores and maps of a class's test images, with all that a cell records of how they came about. Whatever is measured
/// of them later needs nothing else but the ground truth.
struct ScoreRecord {
  at::Tensor maps;                  ///< [N, S, S] float32
  at::Tensor image_scores;          ///< [N] float32 on the CPU
  at::Tensor oracle_image_scores;   ///< selection=oracle: [N] of the epoch that is best in image AUROC; else undefined
  std::vector<std::string> images;  ///< ids of the N test images
  std::vector<std::string> skipped;
  int64_t train_images = 0;
  std::vector<std::string> references, reference_hashes;
  nlohmann::json split, training;
  nlohmann::json details = nlohmann::json::object();
  /// selection=oracle: of every epoch the metrics on the test images by protocol, as in the training's log.
  nlohmann::json epochs = nlohmann::json::array();
  Costs costs;
  nlohmann::json environment;

  /// The image scores that a cell holds: those that its image AUROC is of.
  const at::Tensor& stored_scores() const { return oracle_image_scores.defined() ? oracle_image_scores : image_scores; }
};

/// Score records on disk, in the folder "scores" of the feature cache and within its limit. Safe to use from several
/// processes: a record is there whole or not at all, and a damaged one is said in one line, removed and a miss.
class ScoreCache {
 public:
  explicit ScoreCache(const CacheOptions& options) : options_(options) {}

  std::optional<ScoreRecord> find(const CellKey& key) const;
  /// Whether find would look into a file: for estimates.
  bool has(const CellKey& key) const;
  /// When it cannot be written the run goes on without; the feature cache in the same folder has said so.
  void put(const CellKey& key, const ScoreRecord& record) const;

 private:
  std::filesystem::path file_of(const CellKey& key) const;

  CacheOptions options_;
};

}  // namespace adrep
