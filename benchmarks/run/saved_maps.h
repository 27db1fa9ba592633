#pragma once
#include <ATen/ATen.h>

#include <filesystem>
#include <string>

#include "benchmarks/cells/cell_files.h"
#include "benchmarks/plan/plan.h"
#include "benchmarks/run/evaluation.h"

namespace adrep {

/// The score maps of a cell as files that any tool reads (setting `maps`). The folder output/maps/NAME holds
/// - manifest.csv: map, mask, label, image_score of every test image, paths relative to the folder; anomalous images
///   without a mask are not in it, as nothing can be measured on their maps;
/// - maps/…/STEM.npy: float32 [H, W] by the test image's path within the data set;
/// - masks/…/STEM.png: ground truth of the anomalous images, resized and cropped as the maps were, 0 or 255;
/// - cell.json: whose maps these are.
/// They are no part of the cell: its key and its file do not depend on them.
class SavedMaps {
 public:
  SavedMaps(const std::filesystem::path& output, const PlannedCell& planned, const std::string& cell_hash);

  /// Asked for and not there, or not as it was written.
  bool missing() const;
  const std::filesystem::path& folder() const { return folder_; }

  /// Writes the folder, whole or not at all. Equal maps that are there by then stay. Maps of another cell with the same
  /// title move to maps/previous/NAME-HASH. maps [N, S, S] float32 and image_scores [N] on the CPU. Throws WriteError.
  void save(const at::Tensor& maps, const at::Tensor& image_scores, const GroundTruth& truth,
            const std::vector<Sample>& samples) const;

 private:
  void record_files() const;

  bool wanted_;
  std::string title_, hash_;
  std::filesystem::path folder_;
  CellFiles files_;
};

/// The hash of the cell whose maps lie in the folder, as its cell.json says, or "".
std::string cell_of_maps(const std::filesystem::path& folder);

/// A cell's title as a file name: "fabric · padim · raw" → "fabric-padim-raw". Where characters had to be replaced or
/// cut, the beginning of the hash follows, so that two titles never share a folder.
std::string folder_name(const std::string& title, const std::string& cell_hash);

}  // namespace adrep
