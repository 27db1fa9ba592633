#pragma once
#include <cstdint>
#include <vector>

#include "core/backbones/levels.h"
#include "core/representation/residual.h"

namespace adrep {

/// Seeded random references: `shots` different numbers of {0, …, normals − 1}, all of them when there are fewer.
/// The first K of a list of 8 are the K-shot references (protocol §4).
std::vector<int64_t> random_references(int64_t normals, int64_t shots, uint64_t seed);

/// What k-means compares images by: the mean over positions of every level, each at unit length, side by side.
/// levels [N, C_l, H_l, W_l] -> float32 [N, ΣC_l] on the CPU.
at::Tensor image_descriptors(const Levels& levels);

/// References spread over k-means clusters of all normal images, closest to the centre first (paper Appendix C;
/// protocol §4): the clusters take turns, the one with the most members first (of equally large ones that with the
/// first image), and each gives the image closest to its centre that it has not given yet (of equally close ones the
/// first). So the first K of a list are the K-shot references here, too. descriptors [N, D]; all images when there are
/// fewer than `shots`.
std::vector<int64_t> kmeans_references(const at::Tensor& descriptors, int64_t shots, int64_t clusters, uint64_t seed);

/// The bank of some reference images' features: levels [R, C_l, H_l, W_l] -> rows [R·H_l·W_l, C_l].
ReferenceBank make_bank(const Levels& references, std::vector<std::string> files, uint64_t seed);

}  // namespace adrep
