#include "benchmarks/fitting/kept_images.h"

#include "core/base/interrupt.h"
#include "core/image/decode.h"

namespace adrep {

void add_kept_images(Calibration& calibration, const Calibration* earlier, const std::vector<Sample>& held_out,
                     const Geometry& geometry, const ImageReading& reading) {
  std::vector<at::Tensor> images, contents;
  if (earlier && earlier->kept_images.defined()) {
    images.push_back(earlier->kept_images);
    contents.push_back(earlier->kept_contents);
  }
  for (const Sample& sample : held_out) {
    ImageFile file = sample.image_file();
    file.reading = reading;
    const Image decoded = decode_rgb(file), prepared = preprocess_image(decoded, geometry);
    images.push_back(at::tensor(prepared.pixels, at::kByte).view({1, prepared.height, prepared.width, 3}));
    contents.push_back(content_tensor({content_of(decoded.width, decoded.height, geometry)}));
  }
  if (images.empty()) return;
  calibration.kept_images = at::cat(images);
  calibration.kept_contents = at::cat(contents);
}

std::vector<ScoredImage> scored_again(const Pipeline& pipeline, const Artefact& artefact) {
  std::vector<ScoredImage> scored;
  const Calibration& calibration = *artefact.calibration;
  if (calibration.form != "split" || !calibration.kept_images.defined()) return scored;
  for (int64_t i = 0; i < calibration.kept_images.size(0); ++i) {
    stop_if_interrupted();
    Sample sample;
    sample.id = fmt::format("earlier image {}", i + 1);
    scored.push_back(
        {std::move(sample), pipeline.predict_kept(calibration.kept_images[i], calibration.kept_contents[i])});
  }
  return scored;
}

}  // namespace adrep
