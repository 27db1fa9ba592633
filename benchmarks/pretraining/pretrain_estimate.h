#pragma once
#include "benchmarks/plan/pretrain_settings.h"

namespace adrep {

/// What a pretraining would do and need, found by making a pass of a few images.
struct PretrainEstimate {
  int64_t classes = 0, groups = 0, images = 0, normal_images = 0;
  int64_t passes = 0, steps = 0;                ///< of all epochs
  int64_t trained_parameters = 0;               ///< projectors, and the backbone where it is trained
  double backbone_flops = 0;                    ///< of one view
  double state_bytes = 0;                       ///< weights, gradients and the optimiser's moments
  double reference_seconds = 0;                 ///< features of all normal images, once
  std::map<std::string, double> stage_seconds;  ///< of an image in both views
  double seconds = 0;                           ///< of all epochs, references and centre included, without validation
};

/// Opens the data, loads the backbone and makes one pass of at most four images; writes nothing. Throws InputError as
/// pretrain() does.
PretrainEstimate estimate_pretraining(const PretrainConfig& config);

std::string to_text(const PretrainEstimate& estimate);

}  // namespace adrep
