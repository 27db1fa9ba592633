#include "detectors/pipeline/pipeline.h"

#include <ATen/core/grad_mode.h>

#include "core/base/device.h"
#include "core/image/decode.h"
#include "core/image/image_loader.h"
#include "core/representation/pretrained.h"
#include "detectors/pipeline/naming_file.h"
#include "detectors/pipeline/pipeline_backbone.h"
#include "detectors/scoring/score_parts.h"

namespace adrep {
namespace {

// another machine may match a feature with another of two equally good references: single places of a map may differ
constexpr double whole_test_tolerance = 1e-2;

std::unique_ptr<const Representation> representation_of(const ArtefactRepresentation& wanted, const at::Device& device,
                                                        int64_t memory_bytes) {
  if (wanted.kind == "raw") return nullptr;
  ReferenceBank bank = wanted.bank;
  for (at::Tensor& rows : bank.rows) rows = rows.to(device);
  return make_representation(wanted.kind, std::move(bank), wanted.match,
                             wanted.projector ? &*wanted.projector : nullptr, device, {.memory_bytes = memory_bytes});
}

std::shared_ptr<const Detector> detector_on(const Artefact& artefact, const at::Device& device) {
  if (device.is_cpu()) return artefact.fitted;
  TensorMap state = artefact.fitted->state();
  for (auto& [name, tensor] : state) tensor = tensor.to(device);
  std::shared_ptr<Detector> moved =
      DetectorRegistry::instance().get(artefact.detector, "detector").make(artefact.parameters);
  moved->load(state);
  return moved;
}

/// Whether the mean difference is a small part of the largest stored value.
bool close_on_average(const at::Tensor& actual, const at::Tensor& stored) {
  if (actual.sizes() != stored.sizes()) return false;
  const at::Tensor difference = (actual.cpu() - stored).abs();
  return difference.mean().item<double>() <= whole_test_tolerance * stored.abs().max().item<double>();
}

/// Resized and cropped. `number`: for messages.
Image prepared_image(const Image& image, const Geometry& geometry, size_t number) {
  const size_t bytes = static_cast<size_t>(image.width) * static_cast<size_t>(image.height) * 3;
  if (image.channels != 3 || image.width < 1 || image.height < 1 || image.pixels.size() != bytes)
    throw_input("image {}: {} × {} pixels of {} channels with {} bytes: an RGB image is needed", number, image.width,
                image.height, image.channels, image.pixels.size());
  try {
    return preprocess_image(image, geometry);
  } catch (const InputError& error) {
    throw_input("image {}: {}", number, error.what());
  }
}

}  // namespace

/// Collects images into passes, and their scores after the post step.
class Pipeline::Passes {
 public:
  explicit Passes(const Pipeline& pipeline) : pipeline_(pipeline) {}

  /// An image after resize and crop, and where the photograph lies in it.
  void add(const Image& prepared, const Content& content) {
    pending_.push_back(pipeline_.input_of(prepared));
    contents_.push_back(content);
    if (std::ssize(pending_) == pipeline_.batch_) flush();
  }

  /// All scores, on the CPU.
  Scores finish() {
    flush();
    if (empty_) return {at::empty({0, pipeline_.geometry_.crop, pipeline_.geometry_.crop}), at::empty({0}), {}};
    const Scores all = parts_.joined();
    return {all.maps.cpu(), all.image_scores.cpu(), {}};
  }

 private:
  void flush() {
    if (pending_.empty()) return;
    Scores scores = apply_post_step(pipeline_.post_, pipeline_.detect(pending_, contents_));
    scores.grids.clear();
    parts_.add(scores);
    empty_ = false;
    pending_.clear();
    contents_.clear();
  }

  const Pipeline& pipeline_;
  std::vector<at::Tensor> pending_;
  std::vector<Content> contents_;
  ScoreParts parts_;
  bool empty_ = true;
};

Pipeline::Pipeline(const Artefact& artefact, std::unique_ptr<const Backbone> backbone, const PipelineOptions& options)
    : device_(open_device(options.device)),
      geometry_(artefact.geometry),
      reading_(artefact.reading),
      backbone_(std::move(backbone)),
      representation_(representation_of(artefact.representation, device_, options.memory_bytes)),
      detector_(detector_on(artefact, device_)),
      post_(artefact.post),
      batch_(artefact.batch) {
  backbone_->shapes(geometry_.crop, geometry_.crop);  // refuses a size that the backbone cannot take
}

Pipeline Pipeline::load(const std::filesystem::path& file, const PipelineOptions& options) {
  const Artefact artefact = load_artefact(file);
  std::optional<Pipeline> pipeline;
  naming_file(file, [&] {
    pipeline.emplace(artefact, backbone_of(artefact.backbone, options), options);
    pipeline->self_test(artefact.probe);
  });
  return std::move(*pipeline);
}

void Pipeline::self_test(const ArtefactProbe& probe) const {
  Image image(geometry_.crop, geometry_.crop, 3);
  std::copy_n(probe.image.const_data_ptr<uint8_t>(), image.pixels.size(), image.pixels.begin());
  const Scores actual = detect({input_of(image)}, {{0, 0, geometry_.crop, geometry_.crop}});
  if (!close_on_average(actual.maps, probe.scores.maps) ||
      !close_on_average(actual.image_scores, probe.scores.image_scores))
    throw_input(
        "its self-test gives an image other scores than were stored with it: this version of adrep or of LibTorch "
        "computes otherwise; fit it here");
}

at::Tensor Pipeline::input_of(const Image& prepared) const {
  return normalised(prepared, backbone_->info().mean, backbone_->info().std);
}

Scores Pipeline::detect(const std::vector<at::Tensor>& inputs, const std::vector<Content>& contents) const {
  const at::NoGradGuard no_grad;
  Levels levels = backbone_->forward(at::stack(inputs));
  for (at::Tensor& level : levels.maps) level = level.contiguous();  // as features lie when a detector is fitted
  if (geometry_.fit == Fit::pad) levels.content = content_tensor(contents);
  if (representation_) levels = representation_->apply(levels);
  return detector_->score(levels);
}

Scores Pipeline::score(const std::vector<Image>& images) const {
  Passes passes(*this);
  for (size_t i = 0; i < images.size(); ++i)
    passes.add(prepared_image(images[i], geometry_, i), content_of(images[i].width, images[i].height, geometry_));
  return passes.finish();
}

Scores Pipeline::score_files(const std::vector<ImageFile>& files, int threads) const {
  Passes passes(*this);
  std::vector<ImageFile> as_fitted = files;
  for (ImageFile& file : as_fitted) file.reading = reading_;
  load_images(as_fitted, geometry_, threads, static_cast<size_t>(2 * batch_), [&](LoadedImage loaded) {
    if (!loaded.image) throw InputError(loaded.error);
    passes.add(*loaded.image, loaded.content);
    return true;
  });
  return passes.finish();
}

}  // namespace adrep
