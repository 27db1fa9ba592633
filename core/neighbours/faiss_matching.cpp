#include "core/neighbours/faiss_matching.h"

#include <ATen/Parallel.h>

#include "core/neighbours/faiss_flat.h"

namespace adrep {
namespace {

constexpr int64_t matching_candidates = 16;

/// Summed channel by channel, as match_references does: the same bits.
float value_of(const float* query, const float* row, int64_t width, float bias, float scale) {
  float sum = 0;
  for (int64_t c = 0; c < width; ++c) sum += row[c] * query[c];
  return bias + sum * scale;
}

}  // namespace

bool has_faiss() {
  return true;
}

std::vector<int64_t> match_with_faiss(const at::Tensor& queries, const at::Tensor& rows, const at::Tensor& bias,
                                      float scale, Match match, int64_t first_row, float* best, int64_t* index) {
  const at::Tensor q = queries.contiguous(), r = rows.contiguous(), b = bias.contiguous();
  const bool cosine = match == Match::cosine;
  const int64_t count = q.size(0), width = q.size(1);
  const FaissFlat flat(r, cosine ? FaissFlat::Measure::product : FaissFlat::Measure::squared_distance);
  const Proposals proposed = flat.propose(q, matching_candidates);
  const at::Tensor norms = q.square().sum(1);
  std::vector<char> undecided(static_cast<size_t>(count), 0);
  at::parallel_for(0, count, 64, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const float* query = q.const_data_ptr<float>() + i * width;
      float top = best[i];
      int64_t place = index[i];
      for (const int64_t row : proposed.of(i)) {
        if (row < 0) continue;  // FAISS found fewer: values that are not numbers
        const float value =
            value_of(query, r.const_data_ptr<float>() + row * width, width, b.const_data_ptr<float>()[row], scale);
        if (value > top || (value == top && first_row + row < place)) top = value, place = first_row + row;
      }
      if (!proposed.others.empty()) {
        // a value for L2 is |q|² less than the squared distance; that both are rounded is within the margin of others
        const double other = proposed.others[static_cast<size_t>(i)];
        if (!(top > (cosine ? other : norms.const_data_ptr<float>()[i] - other))) {
          undecided[static_cast<size_t>(i)] = 1;
          continue;
        }
      }
      best[i] = top, index[i] = place;
    }
  });
  std::vector<int64_t> left;
  for (int64_t i = 0; i < count; ++i)
    if (undecided[static_cast<size_t>(i)]) left.push_back(i);
  return left;
}

}  // namespace adrep
