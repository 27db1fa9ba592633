#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "benchmarks/plan/plan.h"
#include "core/backbones/levels.h"

namespace adrep {

/// The fitted detector of a cell as one file (setting `models`): output/models/NAME.safetensors, an artefact
/// (detectors/artefact.h) whose features are the cell's key. As score maps, it is no part of the cell.
class SavedModel {
 public:
  SavedModel(const std::filesystem::path& output, const PlannedCell& planned, const nlohmann::json& key);

  /// Asked for and not there yet.
  bool missing() const;
  const std::filesystem::path& file() const { return file_; }

  /// Writes the file atomically. One of another cell with the same title moves to
  /// models/previous/NAME-HASH.safetensors. `references`: the rows of the reference bank a level, none for raw
  /// features; `probe`: features of one image. Throws WriteError.
  void save(std::shared_ptr<Detector> fitted, const std::vector<at::Tensor>& references, const Levels& probe) const;

 private:
  bool wanted_;
  std::string detector_;
  RawParams parameters_;
  nlohmann::json key_;
  std::filesystem::path file_;
};

}  // namespace adrep
