#pragma once
#include <ATen/ATen.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "benchmarks/plan/plan.h"
#include "benchmarks/run/evaluation.h"

namespace adrep {

/// A test image that the report shows, and what for.
struct Example {
  int64_t image = 0;  ///< index into the test images
  std::string why;    ///< "clearest", "in the middle", "lowest of the defects", "highest of the normal"
  bool operator==(const Example&) const = default;
};

/// The images that say most of a detector: of the anomalous ones with the highest scores, the middle one and those with
/// the lowest, and last the normal one with the highest; fewer where there are fewer. image_scores [N] on the CPU.
std::vector<Example> choose_examples(const std::vector<Sample>& test, const at::Tensor& image_scores, int64_t count);

/// The test images whose score maps are kept for the report: the same ones for every cell of a class in a results
/// folder, chosen by the scores of the first one there.
class ExampleImages {
 public:
  /// Up to `report.examples` images. `test` and `truth` outlive it.
  ExampleImages(const std::vector<Sample>& test, const GroundTruth& truth, const PlannedGroup& group,
                const std::filesystem::path& output, const std::string& fingerprint);

  /// Stores the examples' score maps of one cell, with the range that its pictures use, and the images with their masks
  /// unless they are there: nothing is stored before the first cell is finished. `anew`: the images too, since
  /// something of the examples is damaged. maps [N, H, W], image_scores [N]
  void save_maps(const std::string& cell_hash, const at::Tensor& maps, const at::Tensor& image_scores,
                 bool anew = false);

 private:
  void choose(const at::Tensor& image_scores);
  bool choose_as_before();
  /// The choice is made, one for all processes, and its images are there.
  void settle(const at::Tensor& image_scores, bool anew);
  bool take(const nlohmann::json& ids, const nlohmann::json& why);
  std::string name_of_images() const;
  /// One for all sizes and shapes, so that the report shows the same photographs in all of them.
  std::filesystem::path choice_file() const { return folder_ / choice_name_; }
  std::string choice_text() const;
  void save_choice() const;
  void save_images() const;

  const std::vector<Sample>& test_;
  const GroundTruth& truth_;
  Geometry geometry_;
  std::filesystem::path folder_;
  std::string choice_name_;  ///< of the list of names, which classes of equal images do not share
  std::string prefix_;       ///< of the names of files with images of this class, size and count
  int64_t count_;
  std::string images_file_;  ///< "" until they are chosen
  std::vector<Example> chosen_;
};

/// Stored examples of one cell.
struct CellExamples {
  at::Tensor images;         ///< [n, H, W, 3] uint8
  at::Tensor masks;          ///< [n, H, W] uint8 0/1
  at::Tensor maps;           ///< [n, H, W] float32
  double low = 0, high = 1;  ///< range of the pictures: median of normal images' pixels, largest score of the examples
  std::vector<std::string> ids, defects;
  std::vector<std::string> why;  ///< Example::why
};

/// Empty tensors when nothing is stored.
CellExamples load_examples(const std::filesystem::path& output, const std::string& cell_hash);

}  // namespace adrep
