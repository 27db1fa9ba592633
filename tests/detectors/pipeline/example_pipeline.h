#pragma once
#include "core/backbones/backbone.h"
#include "core/base/hash.h"
#include "core/image/decode.h"
#include "core/representation/pretrained.h"
#include "core/representation/reference_selection.h"
#include "detectors/every_detector.h"
#include "detectors/pipeline/pipeline.h"
#include "support/golden.h"
#include "support/script_backbone.h"
#include "support/trees.h"

namespace adrep::test {

constexpr int example_side = 64;

/// Textured images as files of FOLDER/NAME, the last of them with a mark.
inline std::vector<ImageFile> example_images(const TemporaryFolder& folder, const std::string& name, unsigned count,
                                             unsigned seed) {
  std::vector<ImageFile> files;
  for (unsigned i = 0; i < count; ++i) {
    files.emplace_back(folder / name / (std::to_string(i) + ".png"));
    write_texture(files.back().path, example_side, example_side, seed + i, i + 1 == count);
  }
  return files;
}

inline std::vector<Image> decoded_images(const std::vector<ImageFile>& files) {
  std::vector<Image> images;
  for (const ImageFile& file : files) images.push_back(decode_rgb(file));
  return images;
}

/// What turns features of the seeded backbone into those of this kind; the references are its first two images.
inline ArtefactRepresentation example_representation(const std::string& kind, const Levels& normals) {
  if (kind == "raw") return {};
  ArtefactRepresentation made{kind, make_bank(normals.narrow(0, 2), {"0.png", "1.png"}, 0)};
  if (kind == "residual") return made;
  ProjectorCheckpoint projector;
  projector.params.references = 5;
  for (const at::Tensor& level : normals.maps) projector.channels.push_back(level.size(1));
  projector.weights = initial_projector(projector.params, projector.channels, 3);
  made.projector = projector;
  return made;
}

inline Levels represented(const ArtefactRepresentation& by, const Levels& levels) {
  if (by.kind == "raw") return levels;
  if (by.kind == "residual") return ResidualRepresentation(by.bank, by.match).apply(levels);
  return PretrainedRepresentation(*by.projector, by.bank, by.match, at::kCPU).apply(levels);
}

/// A detector that was fitted on seven images, with a seeded TorchScript backbone, FOLDER/net.pt.
inline Artefact example_artefact(const DetectorEntry& entry, const std::string& kind, const TemporaryFolder& folder) {
  const at::NoGradGuard no_grad;
  const auto backbone = load_backbone(write_seeded_backbone(folder / "net.pt"), {}, at::kCPU);
  std::vector<at::Tensor> inputs;
  const std::vector<Image> images = decoded_images(example_images(folder, "normal", 7, 100));
  for (const Image& image : images) inputs.push_back(normalised(image, backbone->info().mean, backbone->info().std));
  const Levels raw = backbone->forward(at::stack(inputs));
  Artefact made;
  made.detector = entry.name;
  made.parameters = entry.quick_params;
  made.features = {{"features", kind}};
  made.geometry = {example_side, example_side};
  made.backbone = {"torchscript:FILE", "net.pt", sha256_of_file(folder / "net.pt")};
  made.representation = example_representation(kind, raw);
  const Levels levels = represented(made.representation, raw);
  made.fitted = test::fitted(entry, levels);
  // the last one has a mark and is no reference, whose residuals would be nothing but rounding
  made.probe = {at::tensor(images[6].pixels, at::kByte).view({example_side, example_side, 3}), levels.narrow(6, 1)};
  return made;
}

/// How an artefact of the seeded backbone is loaded.
inline PipelineOptions example_options(const TemporaryFolder& folder) {
  return {.weights = folder / "net.pt", .trust_code = true};
}

}  // namespace adrep::test
