#include "core/neighbours/product_search.h"

#include <algorithm>
#include <limits>

#include "core/neighbours/candidates.h"
#include "core/neighbours/nearest_rows.h"
#include "core/neighbours/squared_distance.h"

namespace adrep {
ProductSearch::ProductSearch(at::Tensor bank, at::Tensor mean, bool keep_centred)
    : bank_(std::move(bank)), mean_(std::move(mean)), filter_(bank_.size(1)) {
  if (keep_centred) centred_ = bank_ - mean_;
  norms_ = at::empty({bank_.size(0)});
  for (int64_t first = 0; first < bank_.size(0); first += row_tile()) {
    const at::Tensor part = centred_part(first);
    norms_.narrow(0, first, part.size(0)).copy_(filter_.shrunken_norms(part));
  }
  largest_norm_ = norms_.max().item<float>();
}

at::Tensor ProductSearch::centred_part(int64_t first) const {
  const int64_t count = std::min(row_tile(), bank_.size(0) - first);
  return centred_.defined() ? centred_.narrow(0, first, count) : bank_.narrow(0, first, count) - mean_;
}

std::vector<PackedRows> ProductSearch::packed_for(int64_t query_tile) const {
  std::vector<PackedRows> packed;
  for (int64_t first = 0; first < bank_.size(0); first += row_tile())
    packed.emplace_back(centred_part(first), query_tile);
  return packed;
}

void ProductSearch::search_tile(const at::Tensor& queries, int64_t k, float* distances, int64_t* rows,
                                const std::vector<PackedRows>& packed, const at::Tensor& buffer) const {
  const int64_t width = bank_.size(1);
  const at::Tensor centred = queries - mean_;
  const at::Tensor norms = filter_.shrunken_norms(centred);
  const float* norm = norms.const_data_ptr<float>();
  const float* query = queries.const_data_ptr<float>();
  const float* values = bank_.const_data_ptr<float>();
  std::vector<float> limits(static_cast<size_t>(queries.size(0)), std::numeric_limits<float>::infinity());
  std::vector<Candidates> candidates;
  std::vector<NearestRows> nearest;
  for (int64_t i = 0; i < queries.size(0); ++i) {
    candidates.emplace_back(k, filter_.margin(norm[i], largest_norm_));
    nearest.emplace_back(distances + i * k, rows + i * k, k);
  }
  const auto measure = [&](int64_t i) {
    candidates[static_cast<size_t>(i)].drain([&](int64_t row) {
      nearest[static_cast<size_t>(i)].add(squared_distance(query + i * width, values + row * width, width), row);
    });
  };
  for (int64_t first = 0; first < bank_.size(0); first += row_tile()) {
    const PackedRows part =
        packed.empty() ? PackedRows(centred_part(first), 0) : packed[static_cast<size_t>(first / row_tile())];
    PairFilter::visit(part.products(centred, buffer), norms_.narrow(0, first, part.size()), limits.data(),
                      [&](int64_t i, int64_t j, float value) {
                        Candidates& of_query = candidates[static_cast<size_t>(i)];
                        const float limit = of_query.add(first + j, value);
                        if (of_query.full()) measure(i);
                        return limit;
                      });
  }
  for (int64_t i = 0; i < queries.size(0); ++i) measure(i);
}

}  // namespace adrep
