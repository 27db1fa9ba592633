#include "core/representation/reference_selection.h"

#include "core/base/random.h"
#include "core/neighbours/kmeans.h"

namespace adrep {
namespace {

/// The members of each cluster, closest to its centre first; the clusters in the order in which they take turns.
std::vector<std::vector<int64_t>> ordered_clusters(const at::Tensor& descriptors, const Clusters& clusters) {
  const at::Tensor distance =
      (descriptors - clusters.centers.index_select(0, clusters.assignment)).to(at::kDouble).square().sum(1);
  std::vector<std::vector<int64_t>> members(static_cast<size_t>(clusters.centers.size(0)));
  for (int64_t i = 0; i < descriptors.size(0); ++i)
    members[static_cast<size_t>(clusters.assignment[i].item<int64_t>())].push_back(i);
  std::erase_if(members, [](const auto& cluster) { return cluster.empty(); });
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) {
    return a.size() != b.size() ? a.size() > b.size() : a.front() < b.front();
  });
  const double* distances = distance.const_data_ptr<double>();
  for (auto& cluster : members)
    std::stable_sort(cluster.begin(), cluster.end(), [&](int64_t a, int64_t b) { return distances[a] < distances[b]; });
  return members;
}

}  // namespace

std::vector<int64_t> random_references(int64_t normals, int64_t shots, uint64_t seed) {
  return Random(derive_seed(seed, "references")).sample(normals, std::min(normals, shots));
}

at::Tensor image_descriptors(const Levels& levels) {
  std::vector<at::Tensor> parts;
  for (const at::Tensor& map : levels.maps) {
    const at::Tensor mean = map.cpu().to(at::kFloat).flatten(2).mean(2);  // [N, C]
    parts.push_back(mean / at::linalg_vector_norm(mean, 2, at::IntArrayRef{1}, true).clamp_min(1e-12));
  }
  return at::cat(parts, 1);
}

std::vector<int64_t> kmeans_references(const at::Tensor& descriptors, int64_t shots, int64_t clusters, uint64_t seed) {
  const int64_t normals = descriptors.size(0);
  const auto members = ordered_clusters(
      descriptors, kmeans(descriptors, std::min(clusters, normals), derive_seed(seed, "kmeans references")));
  std::vector<int64_t> chosen;
  const auto wanted = static_cast<size_t>(std::min(shots, normals));
  for (size_t turn = 0; chosen.size() < wanted; ++turn)
    for (size_t c = 0; c < members.size() && chosen.size() < wanted; ++c)
      if (turn < members[c].size()) chosen.push_back(members[c][turn]);
  return chosen;
}

ReferenceBank make_bank(const Levels& references, std::vector<std::string> files, uint64_t seed) {
  ReferenceBank bank{{}, std::move(files), seed};
  for (const at::Tensor& map : references.maps)
    bank.rows.push_back(map.permute({0, 2, 3, 1}).reshape({-1, map.size(1)}).contiguous());
  return bank;
}

}  // namespace adrep
