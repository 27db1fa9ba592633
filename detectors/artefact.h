#pragma once
#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <string>

#include "detectors/detector.h"

namespace adrep {

/// A fitted detector with all that its scores depend on, as it lies in one file.
struct Artefact {
  std::string detector;     ///< its registered name
  RawParams parameters;     ///< as the user gave them; after loading all of them
  nlohmann::json features;  ///< what it was fitted on: backbone with the hash of its weights, kind of features, size …
  TensorMap representation;  ///< what made these features of the backbone's: the rows of the reference bank by level
  std::shared_ptr<const Detector> fitted;
  nlohmann::json record = {};  ///< how fitting went: notes and epochs; null when nothing is known of it
};

/// Writes the file atomically: version, checksum, detector with its parameters, features, state, adrep's and LibTorch's
/// version, and a self-test: `probe`, one or a few images' features, with the scores that the detector gives them.
void save_artefact(const std::filesystem::path& file, const Artefact& artefact, const Levels& probe);

/// Reads it onto the CPU. Scores are bit-equal to those of the detector that was saved, on the same machine with the
/// same threads. Throws InputError with one line naming the file when it is damaged, foreign, of another version, of
/// an unknown detector, or when the self-test gives other scores than were stored (by more than 1e-4 of the largest).
Artefact load_artefact(const std::filesystem::path& file);

/// Whose file it is: the features that it says, or null when it is no readable artefact. The content is not checked.
nlohmann::json artefact_features(const std::filesystem::path& file);

}  // namespace adrep
