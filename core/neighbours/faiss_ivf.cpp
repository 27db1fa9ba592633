#include <faiss/IndexFlat.h>
#include <faiss/IndexIVFFlat.h>

#include "core/neighbours/faiss_clustering.h"
#include "core/neighbours/faiss_kind.h"

namespace adrep {
namespace {

class Ivf final : public FaissIndex::Kind {
 public:
  Ivf(const at::Tensor& bank, const NeighbourSearchParams& params, const TensorMap& learnt)
      : centroids_(learnt_tensor(learnt, "centroids", {params.lists_of(bank.size(0)), bank.size(1)}, at::kFloat)),
        quantizer_(filled(centroids_.bank())),
        index_(&quantizer_, static_cast<size_t>(bank.size(1)), static_cast<size_t>(centroids_.bank().size(0))) {
    index_.nprobe = static_cast<size_t>(params.probes_of(bank.size(0)));
    const at::Tensor list = centroids_.search(bank, 1).rows;
    index_.add_core(bank.size(0), bank.const_data_ptr<float>(), nullptr, list.const_data_ptr<int64_t>());
  }

  Proposals propose(const at::Tensor& queries, int64_t k) const override {
    const Neighbours lists = centroids_.search(queries, static_cast<int64_t>(index_.nprobe));
    Proposals found(queries.size(0), k);
    std::vector<float> distances(found.rows.size());
    faiss::IndexIVFStats counts;  // else a counter that all threads share
    index_.search_preassigned(queries.size(0), queries.const_data_ptr<float>(), k, lists.rows.const_data_ptr<int64_t>(),
                              lists.squared_distances.const_data_ptr<float>(), distances.data(), found.rows.data(),
                              false, nullptr, &counts);
    return found;
  }

 private:
  static faiss::IndexFlatL2 filled(const at::Tensor& centroids) {
    faiss::IndexFlatL2 index(centroids.size(1));
    index.add(centroids.size(0), centroids.const_data_ptr<float>());
    return index;
  }

  NearestNeighbours centroids_;
  faiss::IndexFlatL2 quantizer_;  // never searched, but asked how many lists there are
  faiss::IndexIVFFlat index_;
};

}  // namespace

TensorMap learn_ivf(const at::Tensor& bank, const NeighbourSearchParams& params, uint64_t seed) {
  return {{"centroids", faiss_clusters(bank, params.lists_of(bank.size(0)), seed)}};
}

std::unique_ptr<const FaissIndex::Kind> make_ivf(const at::Tensor& bank, const NeighbourSearchParams& params,
                                                 const TensorMap& learnt) {
  return std::make_unique<Ivf>(bank, params, learnt);
}

}  // namespace adrep
