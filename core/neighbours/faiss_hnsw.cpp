#include <faiss/IndexHNSW.h>

#include "core/neighbours/faiss_kind.h"

namespace adrep {
namespace {

class Hnsw final : public FaissIndex::Kind {
 public:
  Hnsw(const at::Tensor& bank, const NeighbourSearchParams& params, const TensorMap& learnt,
       const FaissIndex::Progress& progress)
      : index_(static_cast<int>(bank.size(1)), static_cast<int>(params.hnsw_links)) {
    index_.hnsw.rng = faiss::RandomGenerator(learnt_tensor(learnt, "seed", {1}, at::kLong).item<int64_t>());
    index_.hnsw.efSearch = static_cast<int>(params.beam_of(bank.size(0)));
    for (int64_t row = 0; row < bank.size(0); ++row) {
      // several at once are linked by several threads, in any order
      index_.add(1, bank.const_data_ptr<float>() + row * bank.size(1));
      if (progress && (row + 1) % 64 == 0) progress(row + 1, bank.size(0));
    }
  }

  Proposals propose(const at::Tensor& queries, int64_t k) const override {
    Proposals found(queries.size(0), k);
    std::vector<float> distances(found.rows.size());
    index_.search(queries.size(0), queries.const_data_ptr<float>(), k, distances.data(), found.rows.data());
    return found;
  }

 private:
  faiss::IndexHNSWFlat index_;
};

}  // namespace

TensorMap learn_hnsw(uint64_t seed) {
  return {{"seed", at::tensor({static_cast<int64_t>(seed)}, at::kLong)}};
}

std::unique_ptr<const FaissIndex::Kind> make_hnsw(const at::Tensor& bank, const NeighbourSearchParams& params,
                                                  const TensorMap& learnt, const FaissIndex::Progress& progress) {
  return std::make_unique<Hnsw>(bank, params, learnt, progress);
}

}  // namespace adrep
