#pragma once
#include <optional>
#include <string>

#include "core/backbones/backbone.h"

namespace adrep {

/// A published weights file.
struct KnownWeights {
  std::string backbone;  ///< that it is of
  std::string what;      ///< "openai/clip-vit-large-patch14, model.safetensors"
  std::string
      activation;  ///< what it was trained with where others of its layout differ: "gelu", "quick_gelu"; else ""
  std::optional<InputNormalisation> normalisation{};  ///< of its images where it is not its architecture's
};

/// The published file with this SHA-256: one that a backbone names, one whose official name holds the first eight
/// digits, as torchvision's do, or another that is known by its hash. None when it is no file that adrep knows.
std::optional<KnownWeights> known_weights(const std::string& sha256);

/// What can be said of a file whose keys fit a backbone: "the published file …", "keys fit, not a published file", or,
/// where adrep knows no hash of the backbone's files, that.
std::string origin_of(const BackboneEntry& entry, const std::string& sha256);

/// Whether origin_of can tell a backbone's published file from others.
bool has_known_weights(const BackboneEntry& entry);

/// What is known of the licence of a backbone's weights, one line for people who are about to use them.
std::string licence_of_weights(const std::string& backbone, const std::string& sha256);

inline constexpr const char* unpublished = "keys fit, not a published file";

}  // namespace adrep
