#pragma once
#include <array>
#include <filesystem>
#include <memory>
#include <string>

#include "core/backbones/activation_choice.h"
#include "core/backbones/levels.h"
#include "core/backbones/precision.h"
#include "core/backbones/vit_settings.h"
#include "core/base/registry.h"
#include "core/io/safetensors.h"

namespace adrep {

/// What a loaded backbone is.
struct BackboneInfo {
  std::string name;
  std::filesystem::path weights_file;
  std::string weights_sha256;
  int64_t parameters = 0;  ///< of the layers that are used, without running statistics
  Precision precision = Precision::fp32;
  std::array<double, 3> mean{}, std{};  ///< of the input normalisation, RGB in [0, 1]
  std::string normalisation_from{};     ///< where these come from, where a file can say them: "the script's own"
  bool usual_normalisation = true;      ///< false: another than its architecture's
  ActivationChoice activation{};        ///< of a vision transformer
};

/// How a backbone is loaded.
struct BackboneOptions {
  at::Device device = at::kCPU;
  Precision precision = Precision::fp32;
  bool trainable = false;  ///< parameters with gradients instead of weights laid out for speed
  VitSettings vit{};       ///< only of vision transformers
};

/// A feature extractor, always in eval mode, and frozen unless it was loaded as trainable.
class Backbone {
 public:
  virtual ~Backbone() = default;
  virtual const BackboneInfo& info() const = 0;
  /// Levels for images of this size. Throws InputError when the backbone cannot take it.
  virtual std::vector<LevelShape> shapes(int64_t height, int64_t width) const = 0;
  /// Multiply-adds ×2 of one image of this size.
  virtual double flops(int64_t height, int64_t width) const = 0;
  /// images [B, 3, H, W], normalised -> levels [B, C_l, H_l, W_l] on the backbone's device, float32, not always
  /// contiguous
  virtual Levels forward(const at::Tensor& images) const = 0;
  /// Whether an image's levels are the same bits in a pass of any number of images. False where nothing is known: the
  /// kernels may then sum in another order.
  virtual bool batch_invariant() const { return false; }
  /// What can be trained, by name; empty unless it was loaded as trainable.
  virtual TensorMap trainable_parameters() const { return {}; }
};

struct BackboneEntry {
  std::string name, doc;
  std::string weights_name{};                      ///< official file name, looked for in the weights folders; "": none
  std::vector<std::string> other_weights_names{};  ///< looked for after it, "clip-vit-base-patch16/model.safetensors"
  std::string weights_sha256{};                    ///< of the official file, "" when not known
  std::string weights_page{};                      ///< where its authors offer it
  std::string licence{};                           ///< of the official file: "Apache-2.0"
  std::string weights_size{};                      ///< of the official file, for people: "346 MB"
  std::filesystem::path own_file{};                ///< the file that the name says: "torchscript:FILE"
  std::array<double, 3> mean{}, std{};  ///< what BackboneInfo will say, for the feature cache; 0 where the file says it
  /// Memory of a forward pass beside weights and images, bytes for every pixel of every image in fp32, its levels
  /// included; a generous guess where nothing is known.
  double pass_bytes_per_pixel = 1024;
  /// Of square images of this side; none where only the weights say it.
  std::function<PassSize(int64_t side)> pass{};
  /// Levels of such images, where there is no `pass` and yet the weights need not be read for them.
  std::function<std::vector<LevelShape>(int64_t side)> shapes{};
  /// Of a vision transformer: what is known of it without loading. Only that of `vit` looks at the file, which throws
  /// InputError when that is none.
  std::function<VitOutline(const std::filesystem::path& weights, const VitSettings& settings)> outline{};
  /// Reads the weights and places them on the device.
  /// Throws InputError when the file is damaged or of another architecture (with every key that is wrong), or when the
  /// backbone cannot do what the options ask.
  std::function<std::unique_ptr<Backbone>(const std::filesystem::path& weights, const BackboneOptions& options)> load;
};

using BackboneRegistry = Registry<BackboneEntry>;

/// The backbone of this name; "torchscript:net.pt" is the entry "torchscript:FILE" with that file.
/// Throws InputError with the nearest known name.
BackboneEntry find_backbone(const std::string& name);

/// The weights file to use: the one the name says, else `given` if not empty, else the entry's official file, or one
/// under its other names, in ADREP_WEIGHTS' folders or the user's cache. Throws InputError saying where it looked and
/// how to get the file, or that one must be given where there is no official one.
std::filesystem::path find_weights(const BackboneEntry& entry, const std::filesystem::path& given);

/// Levels of square images of this side through a backbone with these weights (find_weights), found without loading it;
/// empty where only that would tell. Throws InputError when the weights are asked and are not there or none of its.
std::vector<LevelShape> level_shapes(const BackboneEntry& entry, const std::filesystem::path& weights,
                                     const VitSettings& vit, int64_t side);

/// The backbone of this name with the weights that find_weights gives, in a precision by name (precision.h).
std::unique_ptr<Backbone> load_backbone(const std::string& name, const std::filesystem::path& weights,
                                        const at::Device& device, const std::string& precision = "fp32",
                                        const VitSettings& vit = {});

/// Where find_weights looks, in order.
std::vector<std::filesystem::path> weights_folders();

}  // namespace adrep

/// ADREP_BACKBONE({.name = "efficientnet_lite0", .doc = "…", …});
#define ADREP_BACKBONE(...)                                                           \
  static const ::adrep::BackboneEntry& ADREP_UNIQUE_NAME(adrep_registered_backbone) = \
      ::adrep::BackboneRegistry::instance().add(__VA_ARGS__)
