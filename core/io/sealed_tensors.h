#pragma once
#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <string>

#include "core/io/safetensors.h"

namespace adrep {

/// Which files a program takes: their kind, and the version of what is in them.
struct SealKind {
  std::string name;  ///< "adrep detector"
  int version = 1;
};

/// Tensors with a description, in one safetensors file that shows every change of it: kind, version, and a SHA-256 over
/// the description and every tensor's name, type, shape and bytes.
struct SealedTensors {
  nlohmann::json description;
  TensorMap tensors;
};

/// Writes atomically.
void write_sealed(const std::filesystem::path& file, const SealKind& kind, const SealedTensors& content);

/// Throws InputError naming the file when it is damaged, of another kind or of another version.
SealedTensors read_sealed(const std::filesystem::path& file, const SealKind& kind);

/// The description without a look at the tensors, or none when the file is not there or no readable one of this kind:
/// to see whose file it is.
std::optional<nlohmann::json> sealed_description(const std::filesystem::path& file, const SealKind& kind);

}  // namespace adrep
