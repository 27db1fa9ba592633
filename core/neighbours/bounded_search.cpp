#include "core/neighbours/bounded_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "core/base/vector_clones.h"
#include "core/neighbours/candidates.h"
#include "core/neighbours/nearest_rows.h"
#include "core/neighbours/principal_directions.h"
#include "core/neighbours/squared_distance.h"

namespace adrep {
namespace bounded_search {  // not anonymous: BoundedSearch::Tile has a member of one of these types

constexpr int64_t fewest_rows = 512, fewest_channels = 512;
constexpr int64_t bound_row_tile = 2048;  // whose products with a tile of queries lie in the cache
constexpr int64_t bound_row_block = 128;  // rows that lie there, as integers, while all queries of a tile meet them
constexpr double worth_bounding = 0.7;    // of what products of all pairs cost
constexpr float unlimited = std::numeric_limits<float>::infinity();

/// Projecting the queries costs less of all where there are more rows.
constexpr int64_t directions_for(int64_t rows) {
  return rows < 4096 ? 158 : 254;
}

/// Numbers of the columns with norms[j] − 2 products[j] below the limit, ascending; returns how many. Room for one more
/// than there are is needed.
ADREP_VECTOR_CLONES int64_t columns_below(const float* products, const float* norms, int64_t count, float limit,
                                          int32_t* columns) {
  constexpr int64_t block = 64;
  int64_t found = 0, start = 0;
  const auto take = [&](int64_t j) {
    columns[found] = static_cast<int32_t>(j);
    found += norms[j] - 2 * products[j] < limit;
  };
  for (; start + block <= count; start += block) {
    int below = 0;
    for (int64_t j = 0; j < block; ++j) below |= norms[start + j] - 2 * products[start + j] < limit;
    if (!below) continue;
    for (int64_t j = 0; j < block; ++j) take(start + j);
  }
  for (; start < count; ++start) take(start);
  return found;
}

/// The rows of ShortRows and ProjectedRows by their addresses.
struct Addresses {
  Addresses(const ProjectedRows& projected, const ShortRows& short_rows)
      : coarse(projected.coarse.const_data_ptr<float>()),
        fine(projected.fine.const_data_ptr<float>()),
        norms(projected.norms.const_data_ptr<float>()),
        shorts(short_rows.values.const_data_ptr<int16_t>()),
        units(short_rows.units.const_data_ptr<float>()),
        short_norms(short_rows.norms.const_data_ptr<float>()) {}

  const float *coarse, *fine, *norms;
  const int16_t* shorts;
  const float *units, *short_norms;
};

}  // namespace bounded_search

using namespace bounded_search;

/// A tile of queries on its way through the bank.
class BoundedSearch::Tile {
 public:
  Tile(const BoundedSearch& search, const at::Tensor& queries, int64_t k)
      : search_(search),
        k_(k),
        width_(queries.size(1)),
        coordinates_(search.projection_.width()),
        centred_(queries - search.mean_),
        squares_(centred_.square().sum(1)),
        projected_(search.projection_.of(centred_, squares_)),
        short_rows_(centred_, squares_),
        query_(projected_, short_rows_),
        bank_(*search.projected_, *search.short_rows_),
        columns_(bound_row_block + 1) {
    for (int64_t i = 0; i < queries.size(0); ++i)
      candidates_.emplace_back(k, search.short_filter_.margin(query_.short_norms[i], search.largest_norm_));
  }

  const at::Tensor& coarse() const { return projected_.coarse; }
  /// What was spent on pairs that the coarse coordinates left, in products of all channels of a pair.
  double spent() const { return 0.2 * static_cast<double>(left_) + 1.5 * static_cast<double>(left_closer_); }

  /// A limit for every query from those of the first rows with the lowest bounds, which are probably among the nearest.
  void start(const at::Tensor& products) {
    const int64_t count = products.size(1);
    if (k_ > count) return;
    for (int64_t i = 0; i < products.size(0); ++i) {
      std::vector<float> values;
      for (const auto& [bound, row] : lowest(products.const_data_ptr<float>() + i * count, count))
        values.push_back(short_value(i, row));
      std::nth_element(values.begin(), values.begin() + k_ - 1, values.end());
      candidates_[static_cast<size_t>(i)].lower(values[static_cast<size_t>(k_ - 1)]);
    }
  }

  /// Rows `first` and following of the bank, by their products with the coarse coordinates.
  void take(const at::Tensor& products, int64_t first) {
    const int64_t count = products.size(1);
    for (int64_t block = 0; block < count; block += bound_row_block)
      for (int64_t i = 0; i < products.size(0); ++i)
        take_block(i, products.const_data_ptr<float>() + i * count + block, first + block,
                   std::min(bound_row_block, count - block));
  }

  void finish(const at::Tensor& queries, float* distances, int64_t* rows) {
    const float* query = queries.const_data_ptr<float>();
    const float* bank = search_.bank_.const_data_ptr<float>();
    for (int64_t i = 0; i < queries.size(0); ++i) {
      NearestRows nearest(distances + i * k_, rows + i * k_, k_);
      candidates_[static_cast<size_t>(i)].drain(
          [&](int64_t row) { nearest.add(squared_distance(query + i * width_, bank + row * width_, width_), row); });
    }
  }

 private:
  using Bound = std::pair<float, int64_t>;

  /// The 2k smallest bounds of one query among the first `count` rows, or all, ascending.
  std::vector<Bound> lowest(const float* products, int64_t count) {
    std::vector<Bound> lowest(static_cast<size_t>(std::min(2 * k_, count)), Bound{unlimited, 0});
    for (int64_t block = 0; block < count; block += bound_row_block) {
      const int64_t found =
          columns_below(products + block, bank_.norms + block, std::min(bound_row_block, count - block),
                        lowest.back().first, columns_.data());
      for (int64_t f = 0; f < found; ++f) {
        const int64_t row = block + columns_[static_cast<size_t>(f)];
        const Bound bound{bank_.norms[row] - 2 * products[row], row};
        if (!(bound < lowest.back())) continue;
        lowest.pop_back();
        lowest.insert(std::upper_bound(lowest.begin(), lowest.end(), bound), bound);
      }
    }
    return lowest;
  }

  void take_block(int64_t i, const float* products, int64_t first, int64_t count) {
    Candidates& of_query = candidates_[static_cast<size_t>(i)];
    float limit = of_query.limit();
    const float coarse_limit = as_coarse(limit, i);
    int64_t found = columns_below(products, bank_.norms + first, count, coarse_limit, columns_.data());
    left_ += found;
    const int64_t q = i * coordinates_, b = first * coordinates_;
    const CloserBound closer{query_.coarse + q, query_.fine + q,     bank_.coarse + b,
                             bank_.fine + b,    bank_.norms + first, coordinates_};
    found = closer.keep_below(products, coarse_limit, columns_.data(), found);
    left_closer_ += found;
    for (int64_t f = 0; f < found; ++f) {
      const int64_t row = first + columns_[static_cast<size_t>(f)];
      const float value = short_value(i, row);
      if (value < limit) limit = of_query.add(row, value);
    }
  }

  /// A limit of the integers' values as one of the coordinates'.
  float as_coarse(float limit, int64_t i) const {
    const float distance = limit + query_.short_norms[i];
    return std::nextafter(search_.projection_.filter().limit(distance, query_.norms[i]), unlimited);
  }

  float short_value(int64_t i, int64_t row) const {
    const int32_t product = short_product(query_.shorts + i * width_, bank_.shorts + row * width_, width_);
    return bank_.short_norms[row] - 2 * static_cast<float>(product) * query_.units[i] * bank_.units[row];
  }

  const BoundedSearch& search_;
  int64_t k_, width_, coordinates_;
  at::Tensor centred_, squares_;
  ProjectedRows projected_;
  ShortRows short_rows_;
  Addresses query_, bank_;
  std::vector<Candidates> candidates_;
  std::vector<int32_t> columns_;
  int64_t left_ = 0, left_closer_ = 0;
};

BoundedSearch::BoundedSearch(at::Tensor bank, at::Tensor mean, const at::Tensor& directions)
    : bank_(std::move(bank)),
      mean_(std::move(mean)),
      projection_(directions),
      short_filter_(ShortRows::filter(bank_.size(1))) {
  std::vector<ProjectedRows> projected;
  std::vector<ShortRows> short_rows;
  for (const at::Tensor& part : bank_.split(bound_row_tile)) {  // the bank is never there twice
    const at::Tensor centred = part - mean_, squares = centred.square().sum(1);
    projected.push_back(projection_.of(centred, squares));
    short_rows.emplace_back(centred, squares);
  }
  projected_ = joined(projected);
  short_rows_ = joined(short_rows);
  largest_norm_ = short_rows_->norms.max().item<float>();
}

std::optional<BoundedSearch> BoundedSearch::for_bank(const at::Tensor& bank, const at::Tensor& mean) {
  if (bank.size(0) < fewest_rows || bank.size(1) < fewest_channels) return std::nullopt;
  BoundedSearch search(bank, mean, principal_directions(bank, mean, directions_for(bank.size(0))));
  const int64_t step = bank.size(0) / tile();
  const at::Tensor queries = bank.slice(0, 0, step * tile(), step).contiguous();
  const at::Tensor distances = at::empty({tile(), 2}), rows = at::empty({tile(), 2}, at::kLong);
  if (!search.search_tile(queries, 2, distances.mutable_data_ptr<float>(), rows.mutable_data_ptr<int64_t>()))
    return std::nullopt;
  return search;
}

bool BoundedSearch::search_tile(const at::Tensor& queries, int64_t k, float* distances, int64_t* rows) const {
  Tile tile(*this, queries, k);
  const double most = worth_bounding * static_cast<double>(queries.size(0) * bank_.size(0));
  const at::Tensor buffer = at::empty({queries.size(0) * std::min(bound_row_tile, bank_.size(0))});
  for (int64_t first = 0; first < bank_.size(0); first += bound_row_tile) {
    const int64_t count = std::min(bound_row_tile, bank_.size(0) - first);
    at::Tensor products = buffer.narrow(0, 0, queries.size(0) * count).view({queries.size(0), count});
    at::mm_out(products, tile.coarse(), projected_->coarse.narrow(0, first, count).t());
    if (first == 0) tile.start(products);
    tile.take(products, first);
    if (tile.spent() > most) return false;
  }
  tile.finish(queries, distances, rows);
  return true;
}

}  // namespace adrep
