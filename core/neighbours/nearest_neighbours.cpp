#include "core/neighbours/nearest_neighbours.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/neighbours/pair_filter.h"
#include "core/neighbours/squared_distance.h"

namespace adrep {
namespace {

constexpr int64_t largest_query_tile = 256, row_tile = 1024;  // row tiles are multiples of 64, where MKL is fast
constexpr int64_t many_queries = 4096;                        // packing the rows is a small part of their search

/// Tiles of nearly equal size, a multiple of the threads in number, so that no thread waits long for the last.
int64_t query_tile(int64_t queries) {
  const int64_t threads = at::get_num_threads();
  const int64_t rounds =
      std::max<int64_t>(1, (queries + threads * largest_query_tile - 1) / (threads * largest_query_tile));
  return (queries + threads * rounds - 1) / (threads * rounds);
}

/// Rows that may be among the k nearest of one query, in ascending order, and what bounds them.
class Candidates {
 public:
  /// margin: by how much a squared distance may exceed what its value says.
  Candidates(int64_t k, float margin) : margin_(margin), least_(static_cast<size_t>(k), infinity) {}

  /// Returns the limit that later values must be below: k rows are surely as near as it.
  float add(int64_t row, float value) {
    found_.emplace_back(value, row);
    if (value < least_.back()) {
      least_.insert(std::upper_bound(least_.begin(), least_.end(), value), value);
      least_.pop_back();
    }
    return limit();
  }

  /// So many that they should be drained: rows that are alike, or that come nearer and nearer.
  bool full() const { return found_.size() >= most; }

  /// Calls visit(row) for those that are still below the limit, and forgets all.
  template <class Visit>
  void drain(Visit&& visit) {
    for (const auto& [value, row] : found_)
      if (value < limit()) visit(row);
    found_.clear();
  }

 private:
  static constexpr float infinity = std::numeric_limits<float>::infinity();
  static constexpr size_t most = 512;
  float limit() const { return std::nextafter(least_.back() + margin_, infinity); }

  float margin_;
  std::vector<float> least_;  // the k smallest values, ascending
  std::vector<std::pair<float, int64_t>> found_;
};

/// Keeps the k best of (distance, row), sorted; a later row only enters when it is strictly nearer.
void insert(float distance, int64_t row, int64_t k, float* distances, int64_t* rows) {
  if (!(distance < distances[k - 1])) return;
  int64_t place = k - 1;
  for (; place > 0 && distance < distances[place - 1]; --place) {
    distances[place] = distances[place - 1];
    rows[place] = rows[place - 1];
  }
  distances[place] = distance;
  rows[place] = row;
}

}  // namespace

NearestNeighbours::NearestNeighbours(at::Tensor bank) : bank_(bank.contiguous()) {
  ADREP_ASSERT(bank_.dim() == 2 && bank_.size(0) > 0, "an empty bank");
  mean_ = bank_.mean(0);
  centred_ = bank_ - mean_;
  norms_ = bank_.device().is_cpu() ? PairFilter(bank_.size(1)).shrunken_norms(centred_) : centred_.square().sum(1);
  if (bank_.device().is_cpu()) largest_norm_ = norms_.max().item<float>();
}

Neighbours NearestNeighbours::search(const at::Tensor& queries, int64_t k, int64_t memory_bytes) const {
  ADREP_ASSERT(queries.dim() == 2 && queries.size(1) == bank_.size(1), "queries of another width");
  ADREP_ASSERT(k >= 1 && k <= bank_.size(0), "{} neighbours of {} rows", k, bank_.size(0));
  if (!bank_.device().is_cpu()) return search_on_device(queries, k, memory_bytes);
  const at::Tensor q = queries.contiguous();
  const int64_t count = q.size(0);
  Neighbours found{at::full({count, k}, std::numeric_limits<float>::infinity()), at::zeros({count, k}, at::kLong)};
  if (count == 0) return found;
  float* distances = found.squared_distances.mutable_data_ptr<float>();
  int64_t* rows = found.rows.mutable_data_ptr<int64_t>();
  const bool pack = count >= many_queries && static_cast<int64_t>(bank_.nbytes()) <= memory_bytes / 4;
  const int64_t tile = pack ? largest_query_tile : query_tile(count), tiles = (count + tile - 1) / tile;
  std::vector<PackedRows> bank;
  for (const at::Tensor& part : centred_.split(row_tile)) bank.emplace_back(part, pack ? tile : 0);
  std::atomic<int64_t> next = 0;
  at::parallel_for(0, std::min<int64_t>(tiles, at::get_num_threads()), 1, [&](int64_t, int64_t) {
    const at::Tensor products = at::empty({tile * row_tile});
    for (int64_t t = next++; t < tiles; t = next++) {
      const int64_t first = t * tile;
      search_tile(q.narrow(0, first, std::min(tile, count - first)), bank, k, distances + first * k, rows + first * k,
                  products);
    }
  });
  return found;
}

void NearestNeighbours::search_tile(const at::Tensor& queries, const std::vector<PackedRows>& bank, int64_t k,
                                    float* distances, int64_t* rows, const at::Tensor& products) const {
  const int64_t width = bank_.size(1);
  const PairFilter filter(width);
  const at::Tensor centred = queries - mean_;
  const at::Tensor norms = filter.shrunken_norms(centred);
  const float* norm = norms.const_data_ptr<float>();
  const float* query = queries.const_data_ptr<float>();
  const float* values = bank_.const_data_ptr<float>();
  std::vector<float> limits(static_cast<size_t>(queries.size(0)), std::numeric_limits<float>::infinity());
  std::vector<Candidates> candidates;
  for (int64_t i = 0; i < queries.size(0); ++i) candidates.emplace_back(k, filter.margin(norm[i], largest_norm_));
  const auto measure = [&](int64_t i) {
    candidates[static_cast<size_t>(i)].drain([&](int64_t row) {
      insert(squared_distance(query + i * width, values + row * width, width), row, k, distances + i * k, rows + i * k);
    });
  };
  int64_t first = 0;
  for (const PackedRows& part : bank) {
    PairFilter::visit(part.products(centred, products), norms_.narrow(0, first, part.size()), limits.data(),
                      [&](int64_t i, int64_t j, float value) {
                        Candidates& of_query = candidates[static_cast<size_t>(i)];
                        const float limit = of_query.add(first + j, value);
                        if (of_query.full()) measure(i);
                        return limit;
                      });
    first += part.size();
  }
  for (int64_t i = 0; i < queries.size(0); ++i) measure(i);
}

Neighbours NearestNeighbours::search_on_device(const at::Tensor& queries, int64_t k, int64_t memory_bytes) const {
  const int64_t bytes_per_query = 4 * (2 * bank_.size(0) + (k + 1) * bank_.size(1));
  const int64_t chunk = std::max<int64_t>(1, memory_bytes / bytes_per_query);
  std::vector<at::Tensor> distances{at::empty({0, k}, queries.options())};
  std::vector<at::Tensor> rows{at::empty({0, k}, queries.options().dtype(at::kLong))};
  for (int64_t first = 0; first < queries.size(0); first += chunk) {
    const at::Tensor q = queries.narrow(0, first, std::min(chunk, queries.size(0) - first));
    const at::Tensor table = at::addmm(norms_, q - mean_, centred_.t(), 1, -2);  // |b|² − 2 q·b
    const at::Tensor nearest = k == 1 ? table.argmin(1, true) : std::get<1>(table.topk(k, 1, /*largest=*/false));
    rows.push_back(nearest);
    distances.push_back(
        (q.unsqueeze(1) - bank_.index_select(0, nearest.flatten()).view({q.size(0), k, -1})).square().sum(2));
  }
  return {at::cat(distances), at::cat(rows)};
}

}  // namespace adrep
