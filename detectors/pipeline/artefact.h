#pragma once
#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/backbones/precision.h"
#include "core/backbones/vit_settings.h"
#include "core/image/image_reading.h"
#include "core/image/preprocess.h"
#include "core/neighbours/reference_matching.h"
#include "core/representation/projector_checkpoint.h"
#include "core/representation/representation.h"
#include "detectors/detector.h"
#include "detectors/pipeline/calibration.h"
#include "detectors/scoring/post_steps.h"

namespace adrep {

/// The backbone that made the features. Its input normalisation comes with it; of a vision transformer `vit` says it.
struct ArtefactBackbone {
  std::string name;    ///< as it is registered: "efficientnet_lite0", "torchscript:FILE"
  std::string file;    ///< name of the weights file, without folders: for people
  std::string sha256;  ///< of the weights file
  Precision precision = Precision::fp32;
  VitSettings vit{};      ///< what `vit` was told; of any vision transformer what was computed with
  at::Tensor embedded{};  ///< the bytes of the weights file, uint8 [N]; undefined when they are not in the artefact

  /// Whether the weights file is a program that loading would run. Such a file is never embedded.
  bool is_code() const;
};

/// What turns the backbone's features into those that the detector was fitted on.
struct ArtefactRepresentation {
  std::string kind = "raw";  ///< "raw", "residual" or "pretrained"
  ReferenceBank bank{};      ///< without rows for raw features
  Match match = Match::cosine;
  std::optional<ProjectorCheckpoint> projector{};  ///< of pretrained features alone
};

/// One image with what becomes of it on the way: what a self-test repeats.
struct ArtefactProbe {
  at::Tensor image;  ///< uint8 [S, S, 3], RGB after resize and crop
  Levels levels;     ///< its features as the detector takes them, [1, C_l, H_l, W_l]
  Scores scores{};   ///< the detector's, before the post step; found when the artefact is saved
};

/// An image with what the pipeline gave it before it was saved: what a loaded one is compared with.
struct ArtefactWitness {
  std::string sha256;  ///< of the image file
  double score = 0;
  at::Tensor map;  ///< [S, S] float32
};

/// A fitted detector with all that the scores of new images depend on, as it lies in one file.
struct Artefact {
  std::string detector;     ///< its registered name
  RawParams parameters;     ///< as the user gave them; after loading all of them
  nlohmann::json features;  ///< whose it is: the key of the cell
  Geometry geometry;
  ImageReading reading{};  ///< of image files
  ArtefactBackbone backbone;
  ArtefactRepresentation representation;
  std::shared_ptr<const Detector> fitted;
  PostStep post{};    ///< of post=published: with what it found on the test set
  int64_t batch = 8;  ///< images that go through it at once
  ArtefactProbe probe;
  nlohmann::json record = {};                ///< how fitting went: notes and epochs; null when nothing is known of it
  std::optional<Calibration> calibration{};  ///< of what `adrep fit` wrote
  std::vector<ArtefactWitness> witnesses{};  ///< the same
  nlohmann::json provenance = {};            ///< the same: data, settings, machine and versions; else null
  std::string licence{};                     ///< of the backbone's weights, for people; "" when nothing is known
};

/// Writes the file atomically: version, checksum, all parts, adrep's and LibTorch's version, and a self-test: the probe
/// with the scores that the detector gives it.
void save_artefact(const std::filesystem::path& file, const Artefact& artefact);

/// Reads it onto the CPU; the backbone is not looked for (pipeline.h does). The detector's scores are bit-equal to
/// those of the one that was saved, on the same machine with the same threads. Throws InputError with one line naming
/// the file when it is damaged, foreign, of another version, of an unknown detector, or when the detector gives the
/// probe other scores than were stored (by more than 1e-4 of the largest).
Artefact load_artefact(const std::filesystem::path& file);

/// Whose file it is, without a look at the tensors.
struct ArtefactOwner {
  nlohmann::json features;
  bool embedded = false;  ///< the backbone's weights are in it
};
/// None when it is no readable artefact of this version.
std::optional<ArtefactOwner> artefact_owner(const std::filesystem::path& file);

}  // namespace adrep
