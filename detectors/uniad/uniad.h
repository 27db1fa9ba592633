#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/base/schema.h"
#include "detectors/detector.h"
#include "detectors/uniad/uniad_model.h"

namespace adrep {

/// Defaults: the published settings.
struct UniadParams {
  int64_t hidden = 512;
  int64_t heads = 8;
  int64_t encoder_layers = 4;
  int64_t decoder_layers = 4;
  int64_t feedforward = 2048;
  int64_t neighbours = 7;
  int64_t neighbour_columns = 0;
  double dropout = 0.1;
  double jitter = 20;
  double jitter_probability = 1;
  int64_t epochs = 1000;
  int64_t drop_epoch = 801;
  int64_t batch = 8;
  double learning_rate = 1e-4;
  double weight_decay = 1e-4;
  double clip = 0.1;
  int64_t grid = 196;
  int64_t patience = 0;

  static void declare(Schema<UniadParams>& s);
};

/// UniAD (You et al. 2022; protocol §7): a transformer rebuilds the features of all levels from their distant
/// surroundings; what it rebuilds badly is anomalous. The published runs train one model for all classes of a data set,
/// seed 133; through this interface it is trained on the images that it is given, one class in `adrep run`.
class Uniad final : public Detector {
 public:
  using Params = UniadParams;
  /// Throws InputError unless `hidden` is even and a multiple of `heads`, and the sides of `neighbours` odd.
  explicit Uniad(Params params);

  void fit(const FeatureSource& normals, const FitContext& context) override;
  Scores score(const Levels& levels) const override;
  static FitCost cost(const Params& params, const std::vector<LevelShape>& shapes, int64_t train, int64_t test);
  static LeastMemory least_memory(const Params& params, const std::vector<LevelShape>& shapes, int64_t images);
  TensorMap state() const override;
  void load(const TensorMap& state) override;

 private:
  friend class UniadTraining;

  /// The features it rebuilds: all levels on the grid, concatenated. levels [B, C_l, H_l, W_l] -> [B, H·W, ΣC_l].
  at::Tensor tokens(const Levels& levels) const;
  UniadShape model_shape(const std::vector<LevelShape>& shapes) const;

  Params params_;
  std::vector<LevelShape> shapes_;
  std::optional<UniadModel> model_;
};

}  // namespace adrep
