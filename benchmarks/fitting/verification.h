#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/prediction/input_images.h"
#include "detectors/pipeline/pipeline.h"

namespace adrep {

/// What a model file is compared with.
struct VerifyRequest {
  std::filesystem::path model{};
  std::filesystem::path data{};      ///< folder of images; with `against` the data set's
  std::filesystem::path against{};   ///< results folder with the cell that the model is of; "": none
  std::vector<InputImage> images{};  ///< of that folder; empty: all
  PipelineOptions options{};
  std::optional<double> bound{};  ///< none: 0 where nothing but adrep changed since the scores were found, else 1e-4
};

/// How far scores and maps lie apart.
struct ScoreDifference {
  std::string what;              ///< "the pipeline before it was saved, one image at a time"
  int64_t images = 0, maps = 0;  ///< that were compared
  double score = 0, map = 0;     ///< largest absolute differences of image scores and of map values
  double relative = 0;           ///< the larger of both, each divided by the largest value it was compared with
  double bound = 0;              ///< of the relative difference
  std::string worst{};           ///< the image of it; "" where there is no difference
};

struct Verification {
  std::vector<ScoreDifference> differences;
  double bound = 0;          ///< of what is not bounded otherwise
  std::string bound_reason;  ///< "same machine, versions and threads as when the model was made"
  bool holds() const;
};

/// Loads the model and scores images with it, one at a time and in lists, and compares with what the file remembers of
/// the pipeline before it was saved, and with a stored cell where one is named. Throws InputError where there is
/// nothing to compare: none of the images is one that the file remembers, and no cell is named; or no cell of that
/// folder is the model's.
Verification verify_model(const VerifyRequest& request);

/// For a terminal.
std::string verification_text(const Verification& verification);

}  // namespace adrep
