#pragma once
#include "benchmarks/feature_pictures/picture_settings.h"

namespace adrep {

/// The same patches of one class in one kind of features, as points of a plane.
struct PatchPanel {
  std::string features;  ///< "raw", "residual" or "pretrained"
  std::string method;    ///< "tsne" or "pca"
  at::Tensor points;     ///< [N, 2] float64
  double quality = 0;    ///< tsne: KL divergence; pca: share of the variance, 0 to 1
};

struct ClassPatches {
  std::string class_name;
  at::Tensor anomalous;            ///< [N] bool: the mask at the patch, nearest pixel (protocol §6)
  std::vector<PatchPanel> panels;  ///< method by method; raw, residual, pretrained
  double perplexity = 0;           ///< used
};

/// Indices of the patches to show, increasing: half of `count` anomalous where there are as many, the rest normal,
/// drawn by the seed. labels: [all patches] bool.
at::Tensor choose_patches(const at::Tensor& labels, int64_t count, uint64_t seed);

/// Extracts the features of every chosen class and maps them. Throws InputError for data, level or projector that
/// cannot be used.
std::vector<ClassPatches> map_patches(const PictureConfig& config);

}  // namespace adrep
