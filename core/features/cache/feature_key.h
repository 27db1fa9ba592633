#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "core/image/preprocess.h"

namespace adrep {

/// Raised when a change in the code gives other features for the same image and weights: decoding, resizing, a
/// backbone's arithmetic. Old entries of the cache are then never found.
inline constexpr int feature_version = 4;

/// All that determines the bits of an image's features, besides the bytes of the image itself.
///
/// Batch, threads and processor belong to it because they choose the kernels of backbones whose weights are not packed
/// for oneDNN: on a GPU, in fp16, in a script. An image's place in a batch and its neighbours change nothing
/// (core/features/extraction.h).
struct FeatureKey {
  std::string backbone{};
  std::string weights_sha256{};
  std::string told{};     ///< to the backbone besides its weights, "vit.heads=2|"; in the text unless ""
  std::string reading{};  ///< of image files, where it is not the default: ImageReading::text
  Geometry geometry{};
  std::array<double, 3> mean{}, std{};  ///< of the input normalisation
  std::string precision = "fp32";       ///< what the backbone computes in
  std::string device = "cpu";           ///< kind of device, "cpu" or "cuda"
  std::string processor{};              ///< model and instruction set, see processor_of
  std::string libtorch{};
  int64_t batch = 8;
  int64_t threads = 1;
  int version = feature_version;

  /// One JSON object, one field a line: what space.json holds.
  std::string text() const;
  /// SHA-256 of the text, 64 hexadecimal digits.
  std::string hash() const;
};

/// The model of this machine's processor with the instruction set that LibTorch uses, and what limits that of oneDNN
/// and MKL; of its GPUs for "cuda".
std::string processor_of(const std::string& device_kind);

}  // namespace adrep
