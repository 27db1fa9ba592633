#include "benchmarks/run/training_images.h"

#include <ATen/core/grad_mode.h>

#include "benchmarks/run/evaluation.h"
#include "core/image/decode.h"

namespace adrep {

ClassImages::ClassImages(std::vector<Sample> samples, const Geometry& geometry, BackboneSource backbone,
                         const at::Device& device, std::function<Levels(const Levels&)> represent)
    : samples_(std::move(samples)),
      geometry_(geometry),
      backbone_(std::move(backbone)),
      device_(device),
      represent_(std::move(represent)),
      decoded_(samples_.size()),
      foregrounds_(samples_.size()) {}

at::Tensor ClassImages::image(int64_t index) const {
  Image& decoded = decoded_.at(static_cast<size_t>(index));
  if (decoded.pixels.empty())
    decoded = preprocess_image(decode_rgb(samples_[static_cast<size_t>(index)].image_file()), geometry_);
  return normalised(decoded, backbone_().info().mean, backbone_().info().std);
}

at::Tensor ClassImages::normalise(const at::Tensor& colours) const {
  const auto channels = [](const std::array<double, 3>& values) {
    return at::tensor(std::vector<double>(values.begin(), values.end()), at::kFloat).view({3, 1, 1});
  };
  return (colours - channels(backbone_().info().mean)) / channels(backbone_().info().std);
}

at::Tensor ClassImages::foreground(int64_t index) const {
  Sample sample = samples_.at(static_cast<size_t>(index));
  if (!sample.foreground) return {};
  Image& mask = foregrounds_[static_cast<size_t>(index)];
  if (mask.pixels.empty()) {
    sample.mask = sample.foreground;
    mask = load_mask(sample, geometry_);
  }
  return at::tensor(mask.pixels, at::kByte).view({mask.height, mask.width}).to(at::kFloat);
}

Levels ClassImages::features(const at::Tensor& images) const {
  const at::NoGradGuard no_grad;
  drawn_ += images.size(0);
  return represent_(backbone_().forward(images.to(device_)));
}

const ClassImages& JoinedImages::part_of(int64_t& index) const {
  for (const ClassImages& part : parts_) {
    if (index < part.size()) return part;
    index -= part.size();
  }
  ADREP_ASSERT(false, "no image {} beyond the last", index);
}

at::Tensor JoinedImages::image(int64_t index) const {
  const ClassImages& part = part_of(index);
  return part.image(index);
}

at::Tensor JoinedImages::foreground(int64_t index) const {
  const ClassImages& part = part_of(index);
  return part.foreground(index);
}

}  // namespace adrep
