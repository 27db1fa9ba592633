#pragma once
#include <functional>
#include <vector>

#include "core/features/extraction.h"
#include "core/image/preprocess.h"
#include "datasets/dataset.h"
#include "detectors/detector.h"

namespace adrep {

/// A class's training images and the backbone, for detectors that draw into images. Images are decoded when first asked
/// for and then kept, 8 bit a channel; so are the masks of the part itself, where the data set has them.
class ClassImages final : public TrainingImages {
 public:
  /// The backbone is asked for when an image is. `represent` turns raw levels into the representation that the detector
  /// is fitted on.
  ClassImages(std::vector<Sample> samples, const Geometry& geometry, BackboneSource backbone, const at::Device& device,
              std::function<Levels(const Levels&)> represent);

  at::Tensor image(int64_t index) const override;
  at::Tensor normalise(const at::Tensor& colours) const override;
  at::Tensor foreground(int64_t index) const override;
  Levels features(const at::Tensor& images) const override;
  int64_t size() const { return static_cast<int64_t>(samples_.size()); }
  int64_t drawn() const { return drawn_; }  ///< changed images that went through the backbone

 private:
  std::vector<Sample> samples_;
  mutable int64_t drawn_ = 0;
  Geometry geometry_;
  BackboneSource backbone_;
  at::Device device_;
  std::function<Levels(const Levels&)> represent_;
  mutable std::vector<Image> decoded_, foregrounds_;
};

/// Some of the images, in another order.
class ChosenImages final : public TrainingImages {
 public:
  ChosenImages(const TrainingImages& all, std::vector<int64_t> indices) : all_(all), indices_(std::move(indices)) {}
  at::Tensor image(int64_t index) const override { return all_.image(place(index)); }
  at::Tensor normalise(const at::Tensor& colours) const override { return all_.normalise(colours); }
  at::Tensor foreground(int64_t index) const override { return all_.foreground(place(index)); }
  Levels features(const at::Tensor& images) const override { return all_.features(images); }

 private:
  int64_t place(int64_t index) const { return indices_.at(static_cast<size_t>(index)); }

  const TrainingImages& all_;
  std::vector<int64_t> indices_;
};

/// The images of several classes one after the other, in one representation.
class JoinedImages final : public TrainingImages {
 public:
  explicit JoinedImages(std::vector<ClassImages> parts) : parts_(std::move(parts)) {}
  at::Tensor image(int64_t index) const override;
  at::Tensor normalise(const at::Tensor& colours) const override { return parts_.front().normalise(colours); }
  at::Tensor foreground(int64_t index) const override;
  Levels features(const at::Tensor& images) const override { return parts_.front().features(images); }
  int64_t drawn() const { return parts_.front().drawn(); }

 private:
  /// The part of an image; `index` becomes its place there.
  const ClassImages& part_of(int64_t& index) const;

  std::vector<ClassImages> parts_;
};

}  // namespace adrep
