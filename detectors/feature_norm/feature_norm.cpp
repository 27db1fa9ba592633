#include "detectors/feature_norm/feature_norm.h"

#include "detectors/feature_check.h"
#include "detectors/scoring/gaussian_smoothing.h"
#include "detectors/scoring/score_map.h"

namespace adrep {

at::Tensor feature_norm(const at::Tensor& x, const std::string& norm) {
  const at::Tensor length = at::linalg_vector_norm(x, 2, at::IntArrayRef{1});
  if (norm == "l2") return length;
  if (norm == "pseudo_huber") return (length.square() + 1).sqrt() - 1;
  return (length + 1).sqrt() - 1;
}

// Nothing to learn; features that cannot be scored are refused here as by every other detector.
void FeatureNorm::fit(const FeatureSource& normals, const FitContext& context) {
  require_images(normals);
  for (int64_t image = 0; image < normals.size(); ++image) {
    for (size_t level = 0; level < normals.shapes().size(); ++level) {
      const auto l = static_cast<int64_t>(level);
      require_finite(normals.level(l, image, 1), l, image);
    }
    context.observer.progress("feature norm", image + 1, normals.size());
  }
}

Scores FeatureNorm::score(const Levels& levels) const {
  LevelMean maps;
  for (int64_t l = 0; l < levels.count(); ++l) {
    require_finite(levels[l], l);
    maps.add(upsample(feature_norm(levels[l], params_.norm), levels.image_size, AlignCorners::yes));
  }
  return scores_from_maps(gaussian_smooth(maps.value(), params_.sigma), levels.content);
}

FitCost FeatureNorm::cost(const Params&, const std::vector<LevelShape>& shapes, int64_t, int64_t test) {
  double values = 0;
  for (const LevelShape& shape : shapes) values += static_cast<double>(shape.channels * shape.positions());
  return {values * static_cast<double>(test), 0};
}

LeastMemory FeatureNorm::least_memory(const Params&, const std::vector<LevelShape>&, int64_t) {
  return {};
}

ADREP_DETECTOR("feature_norm", FeatureNorm)
    .doc("norm of the features, nothing is learnt")
    .position_free()
    .updatable()
    .random_when([](const ParamTexts&) { return false; });

}  // namespace adrep
