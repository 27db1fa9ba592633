#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "benchmarks/cells/cell_files.h"
#include "benchmarks/cells/cell_key.h"
#include "benchmarks/plan/plan.h"
#include "core/backbones/levels.h"
#include "detectors/artefact.h"

namespace adrep {

/// The fitted detector of a cell as one file (setting `models`): output/models/NAME.safetensors, an artefact
/// (detectors/artefact.h) whose features are the cell's key. As score maps, it is no part of the cell.
class SavedModel {
 public:
  SavedModel(const std::filesystem::path& output, const PlannedCell& planned, const CellKey& key);

  /// Asked for and not there, or not as it was written.
  bool missing() const;
  /// The detector of an earlier run with the same fit key, whatever its cell was scored or evaluated by; none when
  /// there is no such file, or none that can be used.
  std::optional<Artefact> fitted_before() const;
  const std::filesystem::path& file() const { return file_; }

  /// Writes the file atomically. One of another cell with the same title moves to
  /// models/previous/NAME-HASH.safetensors. `references`: the rows of the reference bank a level, none for raw
  /// features; `probe`: features of one image. Throws WriteError.
  /// `record`: how fitting went.
  void save(std::shared_ptr<const Detector> fitted, const nlohmann::json& record,
            const std::vector<at::Tensor>& references, const Levels& probe) const;

 private:
  bool wanted_;
  std::string detector_;
  RawParams parameters_;
  CellKey key_;
  std::filesystem::path file_;
  CellFiles files_;
};

}  // namespace adrep
