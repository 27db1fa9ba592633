#pragma once
#include <memory>
#include <string>

#include "core/backbones/levels.h"

namespace adrep {

/// Raised when a change gives other residual or pretrained features for the same raw ones, so that results on them are
/// not reused.
inline constexpr int representation_version = 1;

/// Features of the references of one class or image: one tensor [R_l, C_l] a level, rows in the order (reference, row,
/// column).
struct ReferenceBank {
  std::vector<at::Tensor> rows;
  std::vector<std::string> files;  ///< the reference images, relative to the data root
  uint64_t seed = 0;
};

/// Backbone features in, features for detectors out, image by image.
class Representation {
 public:
  virtual ~Representation() = default;
  virtual std::string name() const = 0;
  /// levels [B, C_l, H_l, W_l] -> the same shapes
  virtual Levels apply(const Levels& levels) const = 0;
  /// The same with other references, for an image that has its own; weights are shared.
  virtual std::unique_ptr<Representation> with(ReferenceBank bank) const = 0;
};

}  // namespace adrep
