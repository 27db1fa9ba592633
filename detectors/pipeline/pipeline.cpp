#include "detectors/pipeline/pipeline.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <thread>

#include "core/base/device.h"
#include "core/base/in_order.h"
#include "core/base/kept_threads.h"
#include "core/base/random.h"
#include "core/image/decode.h"
#include "core/representation/pretrained.h"
#include "detectors/pipeline/naming_file.h"
#include "detectors/pipeline/pipeline_backbone.h"
#include "detectors/scoring/score_parts.h"

namespace adrep {
namespace {

// fewer than so many files a thread, and to find out takes more than it saves
constexpr size_t least_files_side_by_side = 8;
// each needs memory of its own
constexpr int most_images_side_by_side = 16;
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

/// Levels of several images, in their order.
Levels joined_levels(const std::vector<Levels>& parts) {
  Levels all;
  if (parts.empty()) return all;
  all.image_size = parts.front().image_size;
  for (int64_t level = 0; level < parts.front().count(); ++level) {
    std::vector<at::Tensor> maps;
    for (const Levels& part : parts) maps.push_back(part[level]);
    all.maps.push_back(at::cat(maps));
  }
  std::vector<at::Tensor> contents;
  for (const Levels& part : parts)
    if (part.content.defined()) contents.push_back(part.content);
  if (!contents.empty()) all.content = at::cat(contents);
  return all;
}

void compute_alone() {
  if (at::get_num_threads() != 1) at::set_num_threads(1);
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

Pipeline::Pipeline(const Artefact& artefact, std::shared_ptr<const Backbone> backbone, const PipelineOptions& options)
    : device_(open_device(options.device)),
      geometry_(artefact.geometry),
      reading_(artefact.reading),
      backbone_(std::move(backbone)),
      representation_(representation_of(artefact.representation, device_, options.memory_bytes)),
      detector_(detector_on(artefact, device_)),
      post_(artefact.post),
      batch_(options.batch > 0 ? options.batch : artefact.batch),
      calibration_(artefact.calibration) {
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

Levels Pipeline::raw_levels_of(const std::vector<at::Tensor>& inputs, const std::vector<Content>& contents) const {
  const at::NoGradGuard no_grad;
  Levels levels = backbone_->forward(inputs.size() == 1 ? inputs.front().unsqueeze(0) : at::stack(inputs));
  for (at::Tensor& level : levels.maps) level = level.contiguous();  // as features lie when a detector is fitted
  if (geometry_.fit == Fit::pad) levels.content = content_tensor(contents);
  return levels;
}

Levels Pipeline::levels_of(const std::vector<at::Tensor>& inputs, const std::vector<Content>& contents) const {
  const at::NoGradGuard no_grad;
  Levels levels = raw_levels_of(inputs, contents);
  return representation_ ? representation_->apply(levels) : levels;
}

Scores Pipeline::detect(const std::vector<at::Tensor>& inputs, const std::vector<Content>& contents) const {
  const at::NoGradGuard no_grad;
  return detector_->score(levels_of(inputs, contents));
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

Scores Pipeline::score(const ImageView& image) const {
  return score(std::vector<Image>{rgb_image(image)});
}

Prediction Pipeline::predict_prepared(const Image& prepared, const Content& content, int width, int height) const {
  const Scores scores = apply_post_step(post_, detect({input_of(prepared)}, {content}));
  return prediction_of(scores.maps[0].cpu().contiguous(), scores.image_scores[0].item<float>(), width, height,
                       geometry_, calibration());
}

Prediction Pipeline::predict(const ImageView& image) const {
  const Image rgb = rgb_image(image);
  return predict_prepared(prepared_image(rgb, geometry_, 0), content_of(rgb.width, rgb.height, geometry_), rgb.width,
                          rgb.height);
}

Prediction Pipeline::predict_kept(const at::Tensor& pixels, const at::Tensor& content) const {
  const at::Tensor bytes = pixels.contiguous();
  Image prepared(geometry_.crop, geometry_.crop, 3);
  ADREP_ASSERT(bytes.numel() == std::ssize(prepared.pixels), "a kept image of another size");
  std::copy_n(bytes.const_data_ptr<uint8_t>(), prepared.pixels.size(), prepared.pixels.begin());
  const auto side = [&](int64_t i) { return static_cast<int>(content[i].item<int64_t>()); };
  return predict_prepared(prepared, {side(0), side(1), side(2), side(3)}, geometry_.crop, geometry_.crop);
}

Levels Pipeline::features_by(const std::vector<ImageFile>& files, bool raw) const {
  std::vector<ImageFile> as_fitted = files;
  for (ImageFile& file : as_fitted) file.reading = reading_;
  std::vector<Levels> parts;
  load_images(as_fitted, geometry_, at::get_num_threads(), static_cast<size_t>(2 * batch_), [&](LoadedImage loaded) {
    if (!loaded.image) throw InputError(loaded.error);
    const std::vector<at::Tensor> input{input_of(*loaded.image)};
    parts.push_back((raw ? raw_levels_of(input, {loaded.content}) : levels_of(input, {loaded.content})).to(at::kCPU));
    return true;
  });
  return joined_levels(parts);
}

Levels Pipeline::features(const std::vector<ImageFile>& files) const {
  return features_by(files, false);
}

Levels Pipeline::raw_features(const std::vector<ImageFile>& files) const {
  return features_by(files, true);
}

FilePrediction Pipeline::prediction_of_loaded(LoadedImage loaded) const {
  FilePrediction made{loaded.index, std::nullopt, std::move(loaded.error)};
  if (loaded.image) made.prediction = predict_prepared(*loaded.image, loaded.content, loaded.width, loaded.height);
  return made;
}

bool Pipeline::same_by_one_thread() const {
  std::call_once(one_thread_->once, [&] { one_thread_->same = try_one_thread(); });
  return one_thread_->same;
}

bool Pipeline::try_one_thread() const {
  Image noise(geometry_.crop, geometry_.crop, 3);
  Random random(0);
  for (uint8_t& value : noise.pixels) value = static_cast<uint8_t>(random.below(256));
  const std::vector<Content> whole{{0, 0, geometry_.crop, geometry_.crop}};
  const auto all_of = [&] {
    const at::NoGradGuard no_grad;
    const Levels levels = levels_of({input_of(noise)}, whole);
    const Scores scores = detector_->score(levels);
    std::vector<at::Tensor> all = levels.maps;
    all.insert(all.end(), {scores.maps, scores.image_scores});
    return all;
  };
  const std::vector<at::Tensor> shared = all_of();
  std::vector<at::Tensor> own;
  const KeptThreads callers;
  std::thread([&] {
    compute_alone();
    own = all_of();
  }).join();
  return std::equal(shared.begin(), shared.end(), own.begin(), own.end(),
                    [](const at::Tensor& a, const at::Tensor& b) { return a.equal(b); });
}

void Pipeline::predict_files(const std::vector<ImageFile>& files, int threads,
                             const std::function<bool(FilePrediction)>& consume) const {
  std::vector<ImageFile> as_fitted = files;
  for (ImageFile& file : as_fitted) file.reading = reading_;
  const auto ahead = static_cast<size_t>(2 * std::max(threads, 1));
  const bool many = files.size() >= least_files_side_by_side * static_cast<size_t>(std::max(threads, 1));
  if (threads > 1 && many && device_.is_cpu() && same_by_one_thread()) {
    const KeptThreads callers;
    const auto make = [&](size_t i) {
      compute_alone();
      return prediction_of_loaded(load_image(i, as_fitted[i], geometry_));
    };
    const auto take = [&](FilePrediction made) {
      callers.restore();
      return consume(std::move(made));
    };
    return for_each_in_order<FilePrediction>(files.size(), {std::min(threads, most_images_side_by_side), ahead}, make,
                                             take);
  }
  load_images(as_fitted, geometry_, threads, ahead,
              [&](LoadedImage loaded) { return consume(prediction_of_loaded(std::move(loaded))); });
}

ArtefactProbe Pipeline::probe_on(const ImageFile& file) const {
  ImageFile as_fitted = file;
  as_fitted.reading = reading_;
  const Image prepared = preprocess_image(decode_rgb(as_fitted), geometry_);
  const Content whole{0, 0, geometry_.crop, geometry_.crop};  // as the self-test has it
  return {at::tensor(prepared.pixels, at::kByte).view({prepared.height, prepared.width, 3}),
          levels_of({input_of(prepared)}, {whole}).to(at::kCPU)};
}

}  // namespace adrep
