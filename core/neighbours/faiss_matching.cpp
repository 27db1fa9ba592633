#include "core/neighbours/faiss_matching.h"

#include "core/base/error.h"

#ifdef ADREP_WITH_FAISS
#include <ATen/Parallel.h>
#include <faiss/IndexFlat.h>

#include <cmath>
#include <memory>

namespace adrep {
namespace {

using FaissLabel = decltype(faiss::Index::ntotal);  // its name moved between FAISS's versions
constexpr int64_t most_candidates = 16;

/// Summed channel by channel, as match_references does: the same bits.
float value_of(const float* query, const float* row, int64_t width, float bias, float scale) {
  float sum = 0;
  for (int64_t c = 0; c < width; ++c) sum += row[c] * query[c];
  return bias + sum * scale;
}

/// What FAISS says of a candidate, as a value to compare: it returns squared distances for L2.
double as_value(float found, Match match, double squared_norm) {
  return match == Match::cosine ? found : squared_norm - found;
}

}  // namespace

bool has_faiss() {
  return true;
}

std::vector<int64_t> match_with_faiss(const at::Tensor& queries, const at::Tensor& rows, const at::Tensor& bias,
                                      float scale, Match match, int64_t first_row, float* best, int64_t* index) {
  const at::Tensor q = queries.contiguous(), r = rows.contiguous(), b = bias.contiguous();
  const int64_t count = q.size(0), width = q.size(1), k = std::min(most_candidates, r.size(0));
  faiss::IndexFlat flat(static_cast<FaissLabel>(width),
                        match == Match::cosine ? faiss::METRIC_INNER_PRODUCT : faiss::METRIC_L2);
  flat.add(r.size(0), r.const_data_ptr<float>());
  std::vector<float> found(static_cast<size_t>(count * k));
  std::vector<FaissLabel> labels(found.size());
  flat.search(count, q.const_data_ptr<float>(), k, found.data(), labels.data());

  const at::Tensor norms = at::linalg_vector_norm(q, 2, at::IntArrayRef{1}).to(at::kDouble);
  const double longest_row = at::linalg_vector_norm(r, 2, at::IntArrayRef{1}).max().item<double>();
  std::vector<char> undecided(static_cast<size_t>(count), 0);
  at::parallel_for(0, count, 64, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const float* query = q.const_data_ptr<float>() + i * width;
      const double norm = norms.const_data_ptr<double>()[i];
      float top = best[i];
      int64_t place = index[i];
      for (int64_t c = 0; c < k; ++c) {
        const int64_t row = labels[static_cast<size_t>(i * k + c)];
        if (row < 0) continue;  // FAISS found fewer: values that are not numbers
        const float value =
            value_of(query, r.const_data_ptr<float>() + row * width, width, b.const_data_ptr<float>()[row], scale);
        if (value > top || (value == top && first_row + row < place)) top = value, place = first_row + row;
      }
      // FAISS's sums and ours each err by at most (C + 8)·2⁻²⁴ of what they add up
      const double sizes = match == Match::cosine ? norm * longest_row : std::pow(norm + longest_row, 2);
      const double error = static_cast<double>(width + 8) * std::ldexp(sizes, -23);
      const double rest = as_value(found[static_cast<size_t>(i * k + k - 1)], match, norm * norm);
      if (k < r.size(0) && !(top > rest + error)) {
        undecided[static_cast<size_t>(i)] = 1;
        continue;
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

#else

namespace adrep {

bool has_faiss() {
  return false;
}

std::vector<int64_t> match_with_faiss(const at::Tensor&, const at::Tensor&, const at::Tensor&, float, Match, int64_t,
                                      float*, int64_t*) {
  throw Error("this build has no FAISS");
}

}  // namespace adrep

#endif
