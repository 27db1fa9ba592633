#include "core/neighbours/faiss_index.h"

#include <ATen/Parallel.h>

#include <numeric>
#include <tuple>

#include "core/base/error.h"
#include "core/neighbours/faiss_flat.h"
#include "core/neighbours/faiss_kind.h"
#include "core/neighbours/squared_distance.h"

namespace adrep {
namespace {

constexpr int64_t faiss_tile = 128;     // queries at a time
constexpr int64_t flat_candidates = 8;  // rows that are proposed beyond k, so that near ties are among them

class Flat final : public FaissIndex::Kind {
 public:
  explicit Flat(const at::Tensor& bank)
      : mean_(bank.mean(0)), index_(bank - mean_, FaissFlat::Measure::squared_distance) {}

  Proposals propose(const at::Tensor& queries, int64_t k) const override {
    return index_.propose(queries - mean_, k + flat_candidates);
  }

 private:
  at::Tensor mean_;
  FaissFlat index_;
};

/// The k nearest of the rows to look at: distances and rows, nearest first, of equally near ones the lowest first.
void keep_nearest(const at::Tensor& bank, const float* query, std::span<const int64_t> candidates, int64_t k,
                  std::vector<std::pair<float, int64_t>>& nearest) {
  const float* rows = bank.const_data_ptr<float>();
  const int64_t width = bank.size(1);
  nearest.clear();
  for (const int64_t row : candidates)
    if (row >= 0) nearest.emplace_back(squared_distance(query, rows + row * width, width), row);
  const auto kept = std::min(nearest.size(), static_cast<size_t>(k));
  std::partial_sort(nearest.begin(), nearest.begin() + static_cast<std::ptrdiff_t>(kept), nearest.end());
  nearest.resize(kept);
}

}  // namespace

at::Tensor learnt_tensor(const TensorMap& learnt, const std::string& key, at::IntArrayRef shape, at::ScalarType type) {
  const auto place = learnt.find(key);
  if (place == learnt.end() || place->second.sizes() != shape || place->second.scalar_type() != type)
    throw_input("the search index: '{}' is missing or does not fit the bank and the parameters", key);
  return place->second.to(at::kCPU).contiguous();
}

TensorMap FaissIndex::learn(const at::Tensor& bank, const NeighbourSearchParams& params, uint64_t seed) {
  const at::Tensor rows = bank.to(at::kCPU).contiguous();
  if (params.index == "ivf") return learn_ivf(rows, params, seed);
  if (params.index == "hnsw") return learn_hnsw(seed);
  if (params.index == "pq") return learn_pq(rows, params, seed);
  return {};
}

FaissIndex::FaissIndex(const at::Tensor& bank, const NeighbourSearchParams& params, const TensorMap& learnt,
                       const Progress& progress)
    : bank_(bank.to(at::kCPU).contiguous()) {
  if (params.index == "flat") kind_ = std::make_unique<Flat>(bank_);
  if (params.index == "ivf") kind_ = make_ivf(bank_, params, learnt);
  if (params.index == "hnsw") kind_ = make_hnsw(bank_, params, learnt, progress);
  if (params.index == "pq") kind_ = make_pq(bank_, params, learnt);
  ADREP_ASSERT(kind_ != nullptr, "no index of FAISS: {}", params.index);
}

FaissIndex::~FaissIndex() = default;

Neighbours FaissIndex::search(const at::Tensor& queries, int64_t k) const {
  ADREP_ASSERT(queries.dim() == 2 && queries.size(1) == bank_.size(1), "queries of another width");
  ADREP_ASSERT(k >= 1 && k <= bank_.size(0), "{} neighbours of {} rows", k, bank_.size(0));
  const at::Tensor q = queries.to(at::kCPU).contiguous();
  const int64_t count = q.size(0), width = q.size(1);
  const Neighbours found{at::empty({count, k}), at::empty({count, k}, at::kLong)};
  float* distances = found.squared_distances.mutable_data_ptr<float>();
  int64_t* rows = found.rows.mutable_data_ptr<int64_t>();
  std::vector<int64_t> all(static_cast<size_t>(bank_.size(0)));
  std::iota(all.begin(), all.end(), 0);
  at::parallel_for(0, (count + faiss_tile - 1) / faiss_tile, 1, [&](int64_t begin, int64_t end) {
    std::vector<std::pair<float, int64_t>> nearest;
    for (int64_t first = begin * faiss_tile; first < std::min(count, end * faiss_tile); first += faiss_tile) {
      const int64_t n = std::min(faiss_tile, count - first);
      const Proposals proposed = kind_->propose(q.narrow(0, first, n), k);
      for (int64_t i = 0; i < n; ++i) {
        const float* query = q.const_data_ptr<float>() + (first + i) * width;
        keep_nearest(bank_, query, proposed.of(i), k, nearest);
        const bool enough = std::ssize(nearest) == k;
        if (!enough || (!proposed.others.empty() && !(nearest.back().first < proposed.others[static_cast<size_t>(i)])))
          keep_nearest(bank_, query, all, k, nearest);
        for (int64_t place = 0; place < k; ++place)
          std::tie(distances[(first + i) * k + place], rows[(first + i) * k + place]) =
              nearest[static_cast<size_t>(place)];
      }
    }
  });
  return {found.squared_distances.to(queries.device()), found.rows.to(queries.device())};
}

}  // namespace adrep
