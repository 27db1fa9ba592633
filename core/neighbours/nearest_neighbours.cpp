#include "core/neighbours/nearest_neighbours.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <functional>

#include "core/base/error.h"

namespace adrep {
namespace {

constexpr int64_t largest_query_tile = 256;
constexpr int64_t many_queries = 4096;  // packing the rows is a small part of their search
constexpr int64_t wide_rows = 512;      // narrow ones take many times their size when they are packed

/// Tiles of nearly equal size, a multiple of the threads in number, so that no thread waits long for the last.
int64_t query_tile(int64_t queries) {
  const int64_t threads = at::get_num_threads();
  const int64_t rounds =
      std::max<int64_t>(1, (queries + threads * largest_query_tile - 1) / (threads * largest_query_tile));
  return (queries + threads * rounds - 1) / (threads * rounds);
}

/// work(first) for every tile of `tile` of `count` queries, on all threads.
void for_each_tile(int64_t count, int64_t tile, const std::function<void(int64_t first)>& work) {
  const int64_t tiles = (count + tile - 1) / tile;
  std::atomic<int64_t> next = 0;
  at::parallel_for(0, std::min<int64_t>(tiles, at::get_num_threads()), 1, [&](int64_t, int64_t) {
    for (int64_t t = next++; t < tiles; t = next++) work(t * tile);
  });
}

}  // namespace

NearestNeighbours::NearestNeighbours(at::Tensor bank) : bank_(bank.contiguous()) {
  ADREP_ASSERT(bank_.dim() == 2 && bank_.size(0) > 0, "an empty bank");
  mean_ = bank_.mean(0);
  if (bank_.device().is_cpu()) {
    bounded_ = BoundedSearch::for_bank(bank_, mean_);
    products_.emplace(bank_, mean_, /*keep_centred=*/!bounded_);
  } else {
    centred_ = bank_ - mean_;
    norms_ = centred_.square().sum(1);
  }
}

Neighbours NearestNeighbours::search(const at::Tensor& queries, int64_t k, int64_t memory_bytes) const {
  ADREP_ASSERT(queries.dim() == 2 && queries.size(1) == bank_.size(1), "queries of another width");
  ADREP_ASSERT(k >= 1 && k <= bank_.size(0), "{} neighbours of {} rows", k, bank_.size(0));
  if (!bank_.device().is_cpu()) return search_on_device(queries, k, memory_bytes);
  const at::Tensor q = queries.contiguous();
  const Neighbours found{at::empty({q.size(0), k}), at::empty({q.size(0), k}, at::kLong)};
  if (q.size(0) > 0 && bounded_) search_by_bound(q, found);
  if (q.size(0) > 0 && !bounded_) search_by_products(q, found, memory_bytes);
  return found;
}

void NearestNeighbours::search_by_bound(const at::Tensor& queries, const Neighbours& found) const {
  const int64_t k = found.rows.size(1), tile = bounded_->tile();
  float* distances = found.squared_distances.mutable_data_ptr<float>();
  int64_t* rows = found.rows.mutable_data_ptr<int64_t>();
  std::atomic<int64_t> paid = 0, in_vain = 0;
  for_each_tile(queries.size(0), tile, [&](int64_t first) {
    const at::Tensor part = queries.narrow(0, first, std::min(tile, queries.size(0) - first));
    const bool pays = in_vain <= paid + 4;  // queries may lie elsewhere than the bank's rows
    if (pays && bounded_->search_tile(part, k, distances + first * k, rows + first * k)) {
      ++paid;
      return;
    }
    ++in_vain;
    const at::Tensor buffer = at::empty({part.size(0) * ProductSearch::row_tile()});
    products_->search_tile(part, k, distances + first * k, rows + first * k, {}, buffer);
  });
}

void NearestNeighbours::search_by_products(const at::Tensor& queries, const Neighbours& found,
                                           int64_t memory_bytes) const {
  const int64_t k = found.rows.size(1), count = queries.size(0);
  float* distances = found.squared_distances.mutable_data_ptr<float>();
  int64_t* rows = found.rows.mutable_data_ptr<int64_t>();
  const bool pack = count >= many_queries && bank_.size(1) >= wide_rows &&
                    static_cast<int64_t>(bank_.nbytes()) <= memory_bytes / 4;
  const int64_t tile = pack ? largest_query_tile : query_tile(count);
  const std::vector<PackedRows> packed = pack ? products_->packed_for(tile) : std::vector<PackedRows>{};
  for_each_tile(count, tile, [&](int64_t first) {
    const at::Tensor part = queries.narrow(0, first, std::min(tile, count - first));
    const at::Tensor buffer = at::empty({tile * ProductSearch::row_tile()});
    products_->search_tile(part, k, distances + first * k, rows + first * k, packed, buffer);
  });
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
