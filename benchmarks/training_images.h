#pragma once
#include <functional>
#include <vector>

#include "core/features/extraction.h"
#include "core/image/preprocess.h"
#include "datasets/dataset.h"
#include "detectors/detector.h"

namespace adrep {

/// A class's training images and the backbone, for detectors that draw into images. Images are decoded when first asked
/// for and then kept, 8 bit a channel.
class ClassImages final : public TrainingImages {
 public:
  /// The backbone is asked for when an image is. `represent` turns raw levels into the representation that the detector
  /// is fitted on.
  ClassImages(const std::vector<Sample>& samples, const Geometry& geometry, BackboneSource backbone,
              const at::Device& device, std::function<Levels(const Levels&)> represent);

  at::Tensor image(int64_t index) const override;
  at::Tensor normalise(const at::Tensor& colours) const override;
  Levels features(const at::Tensor& images) const override;

 private:
  const std::vector<Sample>& samples_;
  Geometry geometry_;
  BackboneSource backbone_;
  at::Device device_;
  std::function<Levels(const Levels&)> represent_;
  mutable std::vector<Image> decoded_;
};

}  // namespace adrep
