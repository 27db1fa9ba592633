#include <ATen/Parallel.h>
#include <faiss/IndexPQ.h>
#include <faiss/impl/DistanceComputer.h>

#include <cstring>

#include "core/base/random.h"
#include "core/neighbours/faiss_clustering.h"
#include "core/neighbours/faiss_kind.h"

namespace adrep {
namespace {

constexpr int64_t most_code_bits = 8;

/// Bits of a code: a small bank has fewer rows than eight bits have words.
int64_t code_bits(int64_t rows) {
  int64_t bits = 1;
  while (bits < most_code_bits && (int64_t{2} << bits) <= rows) ++bits;
  return bits;
}

faiss::ProductQuantizer quantizer_with(const at::Tensor& codebooks) {
  const int64_t parts = codebooks.size(0), words = codebooks.size(1), part = codebooks.size(2);
  size_t bits = 0;
  while (int64_t{1} << bits < words) ++bits;
  faiss::ProductQuantizer quantizer(static_cast<size_t>(parts * part), static_cast<size_t>(parts), bits);
  for (int64_t p = 0; p < parts; ++p)
    quantizer.set_params(codebooks.const_data_ptr<float>() + p * words * part, static_cast<int>(p));
  return quantizer;
}

class Pq final : public FaissIndex::Kind {
 public:
  Pq(const at::Tensor& bank, const NeighbourSearchParams& params, const TensorMap& learnt)
      : candidates_(params.pq_candidates),
        index_(static_cast<int>(bank.size(1)), static_cast<size_t>(params.parts_of(bank.size(1))),
               static_cast<size_t>(code_bits(bank.size(0)))) {
    const int64_t rows = bank.size(0), parts = params.parts_of(bank.size(1));
    index_.pq = quantizer_with(
        learnt_tensor(learnt, "codebooks", {parts, int64_t{1} << code_bits(rows), bank.size(1) / parts}, at::kFloat));
    index_.is_trained = true;
    // any byte is a valid code: it has as many words as its bits can say
    const at::Tensor codes =
        learnt_tensor(learnt, "codes", {rows, static_cast<int64_t>(index_.pq.code_size)}, at::kByte);
    index_.codes.resize(codes.nbytes());
    std::memcpy(index_.codes.data(), codes.const_data_ptr<uint8_t>(), codes.nbytes());
    index_.ntotal = rows;
  }

  /// One query at a time: the sums of several come from a matrix product.
  Proposals propose(const at::Tensor& queries, int64_t k) const override {
    const int64_t rows = index_.ntotal, width = std::min(rows, std::max(k, candidates_));
    Proposals found(queries.size(0), width);
    const std::unique_ptr<faiss::DistanceComputer> computer(index_.get_distance_computer());
    std::vector<std::pair<float, int64_t>> all(static_cast<size_t>(rows));
    for (int64_t i = 0; i < queries.size(0); ++i) {
      computer->set_query(queries.const_data_ptr<float>() + i * queries.size(1));
      for (int64_t row = 0; row < rows; ++row) all[static_cast<size_t>(row)] = {(*computer)(row), row};
      std::nth_element(all.begin(), all.begin() + (width - 1), all.end());
      for (int64_t c = 0; c < width; ++c)
        found.rows[static_cast<size_t>(i * width + c)] = all[static_cast<size_t>(c)].second;
    }
    return found;
  }

 private:
  int64_t candidates_;
  faiss::IndexPQ index_;
};

}  // namespace

TensorMap learn_pq(const at::Tensor& bank, const NeighbourSearchParams& params, uint64_t seed) {
  const int64_t rows = bank.size(0), parts = params.parts_of(bank.size(1)), part = bank.size(1) / parts;
  const int64_t words = int64_t{1} << code_bits(rows);
  const at::Tensor points = rows < words ? bank.repeat({words, 1}) : bank;  // a bank of one row
  std::vector<at::Tensor> books;
  for (int64_t p = 0; p < parts; ++p)
    books.push_back(faiss_clusters(points.narrow(1, p * part, part), words, derive_seed(seed, std::to_string(p))));
  const at::Tensor codebooks = at::stack(books);
  const faiss::ProductQuantizer quantizer = quantizer_with(codebooks);
  const auto bytes = static_cast<int64_t>(quantizer.code_size);
  const at::Tensor codes = at::empty({rows, bytes}, at::kByte);
  at::parallel_for(0, rows, 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      quantizer.compute_code(bank.const_data_ptr<float>() + i * bank.size(1),
                             codes.mutable_data_ptr<uint8_t>() + i * bytes);
  });
  return {{"codebooks", codebooks}, {"codes", codes}};
}

std::unique_ptr<const FaissIndex::Kind> make_pq(const at::Tensor& bank, const NeighbourSearchParams& params,
                                                const TensorMap& learnt) {
  return std::make_unique<Pq>(bank, params, learnt);
}

}  // namespace adrep
