#pragma once
#include <ATen/ATen.h>

#include <filesystem>
#include <optional>
#include <string>

#include "benchmarks/cells/cell.h"
#include "detectors/pipeline/artefact.h"

namespace adrep {

/// The cell of a results folder that a model is of.
struct StoredCell {
  Cell cell;
  std::string title;           ///< "cookie · padim · raw"
  int64_t batch = 1;           ///< images that went through at once
  nlohmann::json environment;  ///< what it was computed with; an empty object when that is not known
  std::filesystem::path maps;  ///< folder of its kept maps; "": it has none

  /// The map of an image by its id, without padding [H, W]; none where it was not kept.
  std::optional<at::Tensor> map_of(const std::string& id) const;
};

/// Finds it by the model's key, without what is only measured. Throws InputError, naming what differs, when there is
/// none.
StoredCell stored_cell_of(const Artefact& artefact, const std::filesystem::path& results);

}  // namespace adrep
