#include "core/neighbours/faiss_index.h"

#include "core/base/error.h"

namespace adrep {

int64_t NeighbourSearchParams::lists_of(int64_t rows) const {
  const auto advised = static_cast<int64_t>(4 * std::sqrt(static_cast<double>(rows)));
  return std::clamp<int64_t>(ivf_lists > 0 ? ivf_lists : std::min(advised, rows / 39), 1, rows);
}

int64_t NeighbourSearchParams::probes_of(int64_t rows) const {
  const int64_t lists = lists_of(rows);
  return std::min(lists, ivf_probes > 0 ? ivf_probes : (lists + 3) / 4);
}

int64_t NeighbourSearchParams::beam_of(int64_t rows) const {
  if (hnsw_ef > 0) return hnsw_ef;
  return std::clamp<int64_t>(static_cast<int64_t>(std::sqrt(static_cast<double>(rows))), 64, 512);
}

int64_t NeighbourSearchParams::parts_of(int64_t width) const {
  if (pq_parts > 0) return pq_parts;
  int64_t parts = std::max<int64_t>(1, width / 8);
  while (width % parts != 0) --parts;
  return parts;
}

int64_t search_bytes(const NeighbourSearchParams& params, int64_t rows, int64_t width) {
  constexpr int64_t value = sizeof(float);
  const int64_t copy = rows * width * value;
  if (params.index == "flat") return 2 * copy;  // with the mean subtracted, and FAISS's copy of it
  if (params.index == "ivf") return copy + 8 * rows + 4 * params.lists_of(rows) * width * value;
  // rows are added one by one to arrays that grow by doubling: for a moment the old and the new one
  if (params.index == "hnsw") return 3 * (copy + rows * (8 * params.hnsw_links + 64));
  if (params.index == "pq") {
    const int64_t parts = params.parts_of(width);
    return 2 * rows * parts + 2 * rows * (width / parts) * value + 4 * 256 * width * value;
  }
  return copy;  // exact: with the mean subtracted
}

}  // namespace adrep

#ifdef ADREP_WITH_FAISS
#include <ATen/Parallel.h>
#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/IndexPQ.h>
#include <faiss/impl/DistanceComputer.h>

#include <cstring>
#include <numeric>
#include <tuple>

#include "core/base/random.h"
#include "core/neighbours/squared_distance.h"

namespace adrep {

/// Rows that may be the nearest of each of some queries.
struct Proposals {
  int64_t width = 0;             ///< rows a query
  std::vector<int64_t> rows;     ///< [queries, width], −1: none
  std::vector<float> unseen_at;  ///< squared distance that no other row is nearer than; empty: others are not looked at
};

class FaissIndex::Kind {
 public:
  virtual ~Kind() = default;
  /// queries [n, C], contiguous.
  virtual Proposals propose(const at::Tensor& queries, int64_t k) const = 0;
};

namespace {

using Label = decltype(faiss::Index::ntotal);  // its name moved between FAISS's versions

constexpr int64_t tile = 128;              // queries at a time
constexpr int64_t flat_candidates = 8;     // rows that flat proposes beyond k, so that near ties are among them
constexpr int clustering_iterations = 10;  // as FAISS's IVF
constexpr int64_t most_bits = 8;

const float* values(const at::Tensor& tensor) {
  return tensor.const_data_ptr<float>();
}

/// k-means' assignment step by the exact search.
class ExactAssignment final : public faiss::Index {
 public:
  explicit ExactAssignment(int64_t width) : faiss::Index(width) {}
  void add(Label n, const float* x) override {
    const at::Tensor centres = at::empty({n, d});
    std::memcpy(centres.mutable_data_ptr<float>(), x, centres.nbytes());
    centres_ = std::make_unique<NearestNeighbours>(centres);
    ntotal = n;
  }
  void search(Label n, const float* x, Label k, float* distances, Label* labels,
              const faiss::SearchParameters* = nullptr) const override {
    const Neighbours found = centres_->search(at::from_blob(const_cast<float*>(x), {n, d}), k);
    std::memcpy(distances, values(found.squared_distances), found.squared_distances.nbytes());
    std::copy_n(found.rows.const_data_ptr<int64_t>(), n * k, labels);
  }
  void reset() override { ntotal = 0; }

 private:
  std::unique_ptr<NearestNeighbours> centres_;
};

/// Centres of `count` clusters of the points [n, width], n ≥ count: [count, width].
at::Tensor clustered(const at::Tensor& points, int64_t count, uint64_t seed) {
  const at::Tensor x = points.contiguous();
  faiss::ClusteringParameters params;
  params.niter = clustering_iterations;
  params.min_points_per_centroid = 1;  // no warning on standard error: the lists follow the bank's size
  params.seed = static_cast<int>(seed & 0x7fff'ffff);
  faiss::Clustering clustering(static_cast<int>(x.size(1)), static_cast<int>(count), params);
  ExactAssignment assignment(x.size(1));
  clustering.train(x.size(0), values(x), assignment);
  at::Tensor centres = at::empty({count, x.size(1)});
  std::memcpy(centres.mutable_data_ptr<float>(), clustering.centroids.data(), centres.nbytes());
  return centres;
}

/// A learnt tensor of this shape and type.
at::Tensor learnt_tensor(const TensorMap& learnt, const std::string& key, at::IntArrayRef shape, at::ScalarType type) {
  const auto place = learnt.find(key);
  if (place == learnt.end() || place->second.sizes() != shape || place->second.scalar_type() != type)
    throw_input("the search index: '{}' is missing or does not fit the bank and the parameters", key);
  return place->second.to(at::kCPU).contiguous();
}

class Flat final : public FaissIndex::Kind {
 public:
  explicit Flat(const at::Tensor& bank)
      : mean_(bank.mean(0)), slack_(4 * static_cast<float>(bank.size(1) + 16) * 0x1.0p-24F), index_(bank.size(1)) {
    const at::Tensor centred = bank - mean_;
    longest_ = centred.square().sum(1).max().item<float>();
    index_.add(bank.size(0), values(centred));
  }

  Proposals propose(const at::Tensor& queries, int64_t k) const override {
    const at::Tensor centred = queries - mean_;
    const int64_t n = queries.size(0), width = std::min<int64_t>(k + flat_candidates, index_.ntotal);
    Proposals found{width, std::vector<int64_t>(static_cast<size_t>(n * width)), {}};
    std::vector<float> distances(found.rows.size());
    index_.search(n, values(centred), width, distances.data(), found.rows.data());
    if (width == index_.ntotal) return found;
    // of a row that is not among them |q − b|² > the last one's − κ(|q|² + |b|²): κ as in pair_filter.h
    const at::Tensor norms = centred.square().sum(1);
    for (int64_t i = 0; i < n; ++i)
      found.unseen_at.push_back(distances[static_cast<size_t>((i + 1) * width - 1)] -
                                slack_ * (values(norms)[i] + longest_));
    return found;
  }

 private:
  at::Tensor mean_;
  float slack_, longest_ = 0;
  faiss::IndexFlatL2 index_;
};

class Ivf final : public FaissIndex::Kind {
 public:
  static TensorMap learn(const at::Tensor& bank, const NeighbourSearchParams& params, uint64_t seed) {
    return {{"centroids", clustered(bank, params.lists_of(bank.size(0)), seed)}};
  }

  Ivf(const at::Tensor& bank, const NeighbourSearchParams& params, const TensorMap& learnt)
      : centroids_(learnt_tensor(learnt, "centroids", {params.lists_of(bank.size(0)), bank.size(1)}, at::kFloat)),
        quantizer_(filled(centroids_.bank())),
        index_(&quantizer_, static_cast<size_t>(bank.size(1)), static_cast<size_t>(centroids_.bank().size(0))) {
    index_.nprobe = static_cast<size_t>(params.probes_of(bank.size(0)));
    const at::Tensor list = centroids_.search(bank, 1).rows;
    index_.add_core(bank.size(0), values(bank), nullptr, list.const_data_ptr<int64_t>());
  }

  Proposals propose(const at::Tensor& queries, int64_t k) const override {
    const Neighbours lists = centroids_.search(queries, static_cast<int64_t>(index_.nprobe));
    Proposals found{k, std::vector<int64_t>(static_cast<size_t>(queries.size(0) * k)), {}};
    std::vector<float> distances(found.rows.size());
    faiss::IndexIVFStats counts;  // else a counter that all threads share
    index_.search_preassigned(queries.size(0), values(queries), k, lists.rows.const_data_ptr<int64_t>(),
                              values(lists.squared_distances), distances.data(), found.rows.data(), false, nullptr,
                              &counts);
    return found;
  }

 private:
  static faiss::IndexFlatL2 filled(const at::Tensor& centroids) {
    faiss::IndexFlatL2 index(centroids.size(1));
    index.add(centroids.size(0), values(centroids));
    return index;
  }

  NearestNeighbours centroids_;
  faiss::IndexFlatL2 quantizer_;  // never searched, but asked how many lists there are
  faiss::IndexIVFFlat index_;
};

class Hnsw final : public FaissIndex::Kind {
 public:
  static TensorMap learn(uint64_t seed) { return {{"seed", at::tensor({static_cast<int64_t>(seed)}, at::kLong)}}; }

  Hnsw(const at::Tensor& bank, const NeighbourSearchParams& params, const TensorMap& learnt,
       const FaissIndex::Progress& progress)
      : index_(static_cast<int>(bank.size(1)), static_cast<int>(params.hnsw_links)) {
    index_.hnsw.rng = faiss::RandomGenerator(learnt_tensor(learnt, "seed", {1}, at::kLong).item<int64_t>());
    index_.hnsw.efSearch = static_cast<int>(params.beam_of(bank.size(0)));
    for (int64_t row = 0; row < bank.size(0); ++row) {
      index_.add(1, values(bank) + row * bank.size(1));  // several at once are linked by several threads, in any order
      if (progress && (row + 1) % 64 == 0) progress(row + 1, bank.size(0));
    }
  }

  Proposals propose(const at::Tensor& queries, int64_t k) const override {
    Proposals found{k, std::vector<int64_t>(static_cast<size_t>(queries.size(0) * k)), {}};
    std::vector<float> distances(found.rows.size());
    index_.search(queries.size(0), values(queries), k, distances.data(), found.rows.data());
    return found;
  }

 private:
  faiss::IndexHNSWFlat index_;
};

class Pq final : public FaissIndex::Kind {
 public:
  static TensorMap learn(const at::Tensor& bank, const NeighbourSearchParams& params, uint64_t seed) {
    const int64_t rows = bank.size(0), parts = params.parts_of(bank.size(1)), part = bank.size(1) / parts;
    const int64_t words = int64_t{1} << bits_for(rows);
    const at::Tensor points = rows < words ? bank.repeat({words, 1}) : bank;  // a bank of one row
    std::vector<at::Tensor> books;
    for (int64_t p = 0; p < parts; ++p)
      books.push_back(clustered(points.narrow(1, p * part, part), words, derive_seed(seed, std::to_string(p))));
    const at::Tensor codebooks = at::stack(books);
    const faiss::ProductQuantizer quantizer = quantizer_of(codebooks);
    const auto bytes = static_cast<int64_t>(quantizer.code_size);
    const at::Tensor codes = at::empty({rows, bytes}, at::kByte);
    at::parallel_for(0, rows, 16, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        quantizer.compute_code(values(bank) + i * bank.size(1), codes.mutable_data_ptr<uint8_t>() + i * bytes);
    });
    return {{"codebooks", codebooks}, {"codes", codes}};
  }

  Pq(const at::Tensor& bank, const NeighbourSearchParams& params, const TensorMap& learnt)
      : candidates_(params.pq_candidates),
        index_(static_cast<int>(bank.size(1)), static_cast<size_t>(params.parts_of(bank.size(1))),
               static_cast<size_t>(bits_for(bank.size(0)))) {
    const int64_t rows = bank.size(0), parts = params.parts_of(bank.size(1));
    index_.pq = quantizer_of(
        learnt_tensor(learnt, "codebooks", {parts, int64_t{1} << bits_for(rows), bank.size(1) / parts}, at::kFloat));
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
    Proposals found{width, {}, {}};
    const std::unique_ptr<faiss::DistanceComputer> computer(index_.get_distance_computer());
    std::vector<std::pair<float, int64_t>> all(static_cast<size_t>(rows));
    for (int64_t i = 0; i < queries.size(0); ++i) {
      computer->set_query(values(queries) + i * queries.size(1));
      for (int64_t row = 0; row < rows; ++row) all[static_cast<size_t>(row)] = {(*computer)(row), row};
      std::nth_element(all.begin(), all.begin() + (width - 1), all.end());
      for (int64_t c = 0; c < width; ++c) found.rows.push_back(all[static_cast<size_t>(c)].second);
    }
    return found;
  }

 private:
  /// Bits of a code: a small bank has fewer rows than eight bits have words.
  static int64_t bits_for(int64_t rows) {
    int64_t bits = 1;
    while (bits < most_bits && (int64_t{2} << bits) <= rows) ++bits;
    return bits;
  }

  static faiss::ProductQuantizer quantizer_of(const at::Tensor& codebooks) {
    const int64_t parts = codebooks.size(0), words = codebooks.size(1), part = codebooks.size(2);
    size_t bits = 0;
    while (int64_t{1} << bits < words) ++bits;
    faiss::ProductQuantizer quantizer(static_cast<size_t>(parts * part), static_cast<size_t>(parts), bits);
    for (int64_t p = 0; p < parts; ++p) quantizer.set_params(values(codebooks) + p * words * part, static_cast<int>(p));
    return quantizer;
  }

  int64_t candidates_;
  faiss::IndexPQ index_;
};

/// The k nearest of the rows to look at: distances and rows, nearest first, of equally near ones the lowest first.
void keep_nearest(const at::Tensor& bank, const float* query, std::span<const int64_t> candidates, int64_t k,
                  std::vector<std::pair<float, int64_t>>& nearest) {
  nearest.clear();
  for (const int64_t row : candidates)
    if (row >= 0) nearest.emplace_back(squared_distance(query, values(bank) + row * bank.size(1), bank.size(1)), row);
  const auto kept = std::min(nearest.size(), static_cast<size_t>(k));
  std::partial_sort(nearest.begin(), nearest.begin() + static_cast<std::ptrdiff_t>(kept), nearest.end());
  nearest.resize(kept);
}

}  // namespace

TensorMap FaissIndex::learn(const at::Tensor& bank, const NeighbourSearchParams& params, uint64_t seed) {
  const at::Tensor rows = bank.to(at::kCPU).contiguous();
  if (params.index == "ivf") return Ivf::learn(rows, params, seed);
  if (params.index == "hnsw") return Hnsw::learn(seed);
  if (params.index == "pq") return Pq::learn(rows, params, seed);
  return {};
}

FaissIndex::FaissIndex(const at::Tensor& bank, const NeighbourSearchParams& params, const TensorMap& learnt,
                       const Progress& progress)
    : bank_(bank.to(at::kCPU).contiguous()) {
  if (params.index == "flat") kind_ = std::make_unique<Flat>(bank_);
  if (params.index == "ivf") kind_ = std::make_unique<Ivf>(bank_, params, learnt);
  if (params.index == "hnsw") kind_ = std::make_unique<Hnsw>(bank_, params, learnt, progress);
  if (params.index == "pq") kind_ = std::make_unique<Pq>(bank_, params, learnt);
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
  at::parallel_for(0, (count + tile - 1) / tile, 1, [&](int64_t begin, int64_t end) {
    std::vector<std::pair<float, int64_t>> nearest;
    for (int64_t first = begin * tile; first < std::min(count, end * tile); first += tile) {
      const int64_t n = std::min(tile, count - first);
      const Proposals proposed = kind_->propose(q.narrow(0, first, n), k);
      for (int64_t i = 0; i < n; ++i) {
        const float* query = values(q) + (first + i) * width;
        const std::span candidates(proposed.rows.data() + i * proposed.width, static_cast<size_t>(proposed.width));
        keep_nearest(bank_, query, candidates, k, nearest);
        const bool enough = std::ssize(nearest) == k;
        if (!enough ||
            (!proposed.unseen_at.empty() && !(nearest.back().first < proposed.unseen_at[static_cast<size_t>(i)])))
          keep_nearest(bank_, query, all, k, nearest);
        for (int64_t place = 0; place < k; ++place)
          std::tie(distances[(first + i) * k + place], rows[(first + i) * k + place]) =
              nearest[static_cast<size_t>(place)];
      }
    }
  });
  return {found.squared_distances.to(queries.device()), found.rows.to(queries.device())};
}

void require_search(const NeighbourSearchParams& params, int64_t width, const std::string& prefix) {
  if (params.index == "pq" && width % params.parts_of(width) != 0)
    throw_input("{}pq_parts={}: must divide {}dimension={}", prefix, params.pq_parts, prefix, width);
}

}  // namespace adrep

#else

namespace adrep {

class FaissIndex::Kind {};

TensorMap FaissIndex::learn(const at::Tensor&, const NeighbourSearchParams&, uint64_t) {
  throw Error("this build has no FAISS");
}

FaissIndex::FaissIndex(const at::Tensor&, const NeighbourSearchParams&, const TensorMap&, const Progress&) {
  throw Error("this build has no FAISS");
}

FaissIndex::~FaissIndex() = default;

Neighbours FaissIndex::search(const at::Tensor&, int64_t) const {
  throw Error("this build has no FAISS");
}

void require_search(const NeighbourSearchParams& params, int64_t, const std::string& prefix) {
  if (params.index != "exact")
    throw_input("{}index={}: this build has no FAISS: install libfaiss-dev and build again, or leave {}index=exact",
                prefix, params.index, prefix);
}

}  // namespace adrep

#endif
