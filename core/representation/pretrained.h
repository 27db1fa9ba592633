#pragma once
#include <optional>

#include "core/representation/projector_checkpoint.h"
#include "core/representation/residual.h"

namespace adrep {

/// Pretrained features (paper Fig. 2): residuals to the references, through one projector a level, in float32.
class PretrainedRepresentation final : public Representation {
 public:
  /// `bank` holds the references of the evaluated class; every file in it is one image. It is not used by projectors
  /// that take backbone features and do not attend to references. Weights go to `device`.
  /// Throws InputError when the bank's levels or channels are not the checkpoint's.
  PretrainedRepresentation(const ProjectorCheckpoint& checkpoint, ReferenceBank bank, Match match,
                           const at::Device& device, const MatchOptions& options = {});
  std::string name() const override { return "pretrained"; }
  /// levels [B, C_l, H_l, W_l] on any device -> the same shapes, on that device
  Levels apply(const Levels& levels) const override;
  std::unique_ptr<Representation> with(ReferenceBank bank) const override;

 private:
  void use(ReferenceBank bank);

  ProjectorParams params_;
  bool residual_;
  TensorMap weights_;
  Match match_;
  at::Device device_;
  MatchOptions options_;
  ReferenceBank bank_;
  std::vector<at::Tensor> references_;  ///< [1, R_l, C_l], for projectors that attend to them
};

/// What turns backbone features into those of this kind, "residual" or "pretrained"; the second through `projector`.
/// The bank lies on `device`.
std::unique_ptr<Representation> make_representation(const std::string& kind, ReferenceBank bank, Match match,
                                                    const ProjectorCheckpoint* projector, const at::Device& device,
                                                    const MatchOptions& options);

}  // namespace adrep
