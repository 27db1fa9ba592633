#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "benchmarks/cells/cell_files.h"
#include "benchmarks/cells/cell_key.h"
#include "benchmarks/plan/plan.h"
#include "detectors/pipeline/artefact.h"

namespace adrep {

/// What scores new images as a cell does, as one file (setting `models`): output/models/NAME.safetensors, an artefact
/// (detectors/pipeline/artefact.h) whose features are the cell's key. As score maps, it is no part of the cell.
class SavedModel {
 public:
  SavedModel(const std::filesystem::path& output, const PlannedCell& planned, const CellKey& key);

  /// Asked for and not there, not as it was written, or without the weights that models.embed asks for.
  bool missing() const;
  /// The detector of an earlier run with the same fit key, whatever its cell was scored or evaluated by; none when
  /// there is no such file, or none that can be used.
  std::optional<Artefact> fitted_before() const;
  const std::filesystem::path& file() const { return file_; }

  /// Writes the file atomically: `made` with this cell's detector, parameters, key and image size. One of another cell
  /// with the same title moves to models/previous/NAME-HASH.safetensors. Throws WriteError.
  void save(Artefact made) const;

 private:
  bool wanted_, embeds_;
  std::string detector_;
  RawParams parameters_;
  Geometry geometry_;
  CellKey key_;
  std::filesystem::path file_;
  CellFiles files_;
};

/// The backbone of a configuration as an artefact names it, with its weights where models.embed asks for them. Throws
/// InputError when there is no such file, or it cannot be embedded.
ArtefactBackbone artefact_backbone(const RunSettings& settings);

}  // namespace adrep
