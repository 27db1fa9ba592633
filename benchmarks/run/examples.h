#pragma once
#include <ATen/ATen.h>

#include <filesystem>
#include <string>

#include "benchmarks/plan/plan.h"
#include "benchmarks/run/evaluation.h"

namespace adrep {

/// The test images whose score maps are kept for the report: the same ones for every cell of a class.
class ExampleImages {
 public:
  /// Chooses up to `report.examples` images, defect types in turn and one normal image. `test` and `truth` outlive it.
  ExampleImages(const std::vector<Sample>& test, const GroundTruth& truth, const PlannedGroup& group,
                const std::filesystem::path& output, const std::string& fingerprint);

  /// Stores the examples' score maps of one cell, with the range that its pictures use, and the images with their masks
  /// unless they are there: nothing is stored before the first cell is finished. `anew`: the images too, since
  /// something of the examples is damaged. maps [N, S, S]
  void save_maps(const std::string& cell_hash, const at::Tensor& maps, bool anew = false) const;

 private:
  void save_images() const;

  const std::vector<Sample>& test_;
  const GroundTruth& truth_;
  Geometry geometry_;
  std::filesystem::path folder_;
  std::string images_file_;
  std::vector<int64_t> chosen_;
};

/// Stored examples of one cell.
struct CellExamples {
  at::Tensor images;         ///< [n, S, S, 3] uint8
  at::Tensor masks;          ///< [n, S, S] uint8 0/1
  at::Tensor maps;           ///< [n, S, S] float32
  double low = 0, high = 1;  ///< range of the pictures: median of normal images' pixels, largest score of the examples
  std::vector<std::string> ids, defects;
};

/// Empty tensors when nothing is stored.
CellExamples load_examples(const std::filesystem::path& output, const std::string& cell_hash);

/// Which images are chosen (see ExampleImages): indices into `test`.
std::vector<int64_t> choose_examples(const std::vector<Sample>& test, int64_t count);

}  // namespace adrep
