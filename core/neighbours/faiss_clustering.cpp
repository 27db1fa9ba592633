#include "core/neighbours/faiss_clustering.h"

#include <faiss/Clustering.h>

#include <cstring>

#include "core/neighbours/nearest_neighbours.h"

namespace adrep {
namespace {

constexpr int clustering_iterations = 10;

/// k-means' assignment step by the exact search.
class ExactAssignment final : public faiss::Index {
 public:
  explicit ExactAssignment(int64_t width) : faiss::Index(width) {}
  void add(int64_t n, const float* x) override {
    const at::Tensor centres = at::empty({n, d});
    std::memcpy(centres.mutable_data_ptr<float>(), x, centres.nbytes());
    centres_ = std::make_unique<NearestNeighbours>(centres);
    ntotal = n;
  }
  void search(int64_t n, const float* x, int64_t k, float* distances, int64_t* labels,
              const faiss::SearchParameters* = nullptr) const override {
    const Neighbours found = centres_->search(at::from_blob(const_cast<float*>(x), {n, d}), k);
    std::memcpy(distances, found.squared_distances.const_data_ptr<float>(), found.squared_distances.nbytes());
    std::copy_n(found.rows.const_data_ptr<int64_t>(), n * k, labels);
  }
  void reset() override { ntotal = 0; }

 private:
  std::unique_ptr<NearestNeighbours> centres_;
};

}  // namespace

at::Tensor faiss_clusters(const at::Tensor& points, int64_t count, uint64_t seed) {
  const at::Tensor x = points.contiguous();
  faiss::ClusteringParameters params;
  params.niter = clustering_iterations;
  params.min_points_per_centroid = 1;  // no warning on standard error: the lists follow the bank's size
  params.seed = static_cast<int>(seed & 0x7fff'ffff);
  faiss::Clustering clustering(static_cast<int>(x.size(1)), static_cast<int>(count), params);
  ExactAssignment assignment(x.size(1));
  clustering.train(x.size(0), x.const_data_ptr<float>(), assignment);
  at::Tensor centres = at::empty({count, x.size(1)});
  std::memcpy(centres.mutable_data_ptr<float>(), clustering.centroids.data(), centres.nbytes());
  return centres;
}

}  // namespace adrep
