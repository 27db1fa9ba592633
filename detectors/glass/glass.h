#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/base/schema.h"
#include "detectors/detector.h"
#include "detectors/glass/glass_model.h"

namespace adrep {

/// Defaults: the published settings, which differ for pretrained features.
struct GlassParams {
  int64_t levels = 2;
  int64_t dimension = 1536;
  int64_t hidden = 1024;
  std::string adaptor = "auto";
  double noise = 0;
  int64_t meta_epochs = 640;
  int64_t batch = 8;
  int64_t samples = 392;
  double learning_rate = 1e-4;
  int64_t ascent_steps = 20;
  double step_size = 0.001;
  double radius_quantile = 0.75;
  double hard_quantile = 0.5;
  double sigma = 4.0;
  std::string textures;
  int64_t patience = 0;

  static void declare(Schema<GlassParams>& s);
};

/// GLASS with hyperspheres (Chen et al. 2024; protocol §7): a discriminator learns normal patches against noise driven
/// by its own gradient, and against textures drawn into training images. Drawing needs the images and the backbone
/// (FitContext::images); without them it learns from noise alone, and its notes say so. The published runs use seed 0.
/// The foreground masks are those of FitContext::images, where it has any. FitContext::features decides the published
/// adaptor and noise.
class Glass final : public Detector {
 public:
  using Params = GlassParams;
  explicit Glass(Params params) : params_(std::move(params)) {}

  void fit(const FeatureSource& normals, const FitContext& context) override;
  Scores score(const Levels& levels) const override;
  static FitCost cost(const Params& params, const std::vector<LevelShape>& shapes, int64_t train, int64_t test);
  static LeastMemory least_memory(const Params& params, const std::vector<LevelShape>& shapes, int64_t images);
  TensorMap state() const override;
  void load(const TensorMap& state) override;
  std::vector<std::string> notes() const override { return notes_; }

 private:
  friend class GlassTraining;

  size_t first_level() const;
  const LevelShape& grid() const { return shapes_[first_level()]; }
  /// Patches of the last levels: [B·H·W, dimension].
  at::Tensor patches(const Levels& levels) const;

  Params params_;
  std::vector<LevelShape> shapes_;
  std::optional<GlassModel> model_;
  std::vector<std::string> notes_;
};

}  // namespace adrep
