#pragma once
#include <array>
#include <filesystem>
#include <memory>
#include <string>

#include "core/base/registry.h"
#include "core/features/levels.h"

namespace adrep {

/// What a loaded backbone is.
struct BackboneInfo {
  std::string name;
  std::filesystem::path weights_file;
  std::string weights_sha256;
  int64_t parameters = 0;               ///< of the layers that are used, without running statistics
  std::array<double, 3> mean{}, std{};  ///< of the input normalisation, RGB in [0, 1]
};

/// A frozen feature extractor, always in eval mode.
class Backbone {
 public:
  virtual ~Backbone() = default;
  virtual const BackboneInfo& info() const = 0;
  /// Levels for square images of this side. Throws InputError when the backbone cannot take that size.
  virtual std::vector<LevelShape> shapes(int64_t image_size) const = 0;
  /// Multiply-adds ×2 of one image of this side.
  virtual double flops(int64_t image_size) const = 0;
  /// images [B, 3, S, S], normalised, on the backbone's device -> levels [B, C_l, H_l, W_l]
  virtual Levels forward(const at::Tensor& images) const = 0;
};

struct BackboneEntry {
  std::string name, doc;
  std::string weights_name;             ///< official file name, looked for in the weights folders
  std::string weights_sha256;           ///< of the official file, "" when not known
  std::string weights_page;             ///< where its authors offer it
  std::array<double, 3> mean{}, std{};  ///< what BackboneInfo will say; known before loading, for the feature cache
  /// Reads the weights and places them on the device.
  /// Throws InputError when the file is damaged or of another architecture (first mismatching key and shapes).
  std::function<std::unique_ptr<Backbone>(const std::filesystem::path& weights, const at::Device& device)> load;
};

using BackboneRegistry = Registry<BackboneEntry>;

/// The weights file to use: `given` if not empty, else the entry's official file in ADREP_WEIGHTS' folders or the
/// user's cache. Throws InputError saying where it looked and how to get the file.
std::filesystem::path find_weights(const BackboneEntry& entry, const std::filesystem::path& given);

/// Where find_weights looks, in order.
std::vector<std::filesystem::path> weights_folders();

}  // namespace adrep

/// ADREP_BACKBONE({.name = "efficientnet_lite0", .doc = "…", …});
#define ADREP_BACKBONE(...)                                        \
  static const ::adrep::BackboneEntry& adrep_registered_backbone = \
      ::adrep::BackboneRegistry::instance().add(__VA_ARGS__)
