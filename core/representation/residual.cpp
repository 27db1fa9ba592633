#include "core/representation/residual.h"

#include <ATen/Parallel.h>

#include <atomic>
#include <limits>

#include "core/base/error.h"
#include "core/base/vector_clones.h"

namespace adrep {
namespace {

using Vector = float __attribute__((vector_size(64)));  // sixteen floats, whatever the machine's registers hold
constexpr int64_t lanes = 16, panel_vectors = 4, panel_rows = lanes * panel_vectors;  // rows that are matched together
constexpr int64_t tile_queries = 4;  // queries that are matched together
constexpr int64_t task_queries = 128;

/// For each of `tile_queries` queries the best row of one panel: the first with the largest bias + scale · query·row.
/// panel [width, panel_rows] holds the rows as columns. Every product is summed channel by channel, so equal rows get
/// equal values wherever they stand, on every machine.
ADREP_VECTOR_CLONES void match_panel(const float* queries, int64_t width, const float* panel, const float* bias,
                                     float scale, int64_t first_row, float* best, int64_t* index) {
  Vector sums[tile_queries][panel_vectors] = {};
  const auto* columns = reinterpret_cast<const Vector*>(panel);
  for (int64_t c = 0; c < width; ++c, columns += panel_vectors)
    for (int64_t q = 0; q < tile_queries; ++q)
      for (int64_t v = 0; v < panel_vectors; ++v) sums[q][v] += columns[v] * queries[q * width + c];
  const auto* biases = reinterpret_cast<const Vector*>(bias);
  for (int64_t q = 0; q < tile_queries; ++q) {
    Vector largest = biases[0] + sums[q][0] * scale;
    sums[q][0] = largest;
    for (int64_t v = 1; v < panel_vectors; ++v) {
      sums[q][v] = biases[v] + sums[q][v] * scale;
      largest = sums[q][v] > largest ? sums[q][v] : largest;
    }
    float top = largest[0];
    for (int64_t lane = 1; lane < lanes; ++lane) top = largest[lane] > top ? largest[lane] : top;
    if (!(top > best[q])) continue;
    best[q] = top;
    for (int64_t row = panel_rows - 1; row >= 0; --row)
      if (sums[q][row / lanes][row % lanes] == top) index[q] = first_row + row;
  }
}

/// x / max(|x|, 1e-12), as torch's functional.normalize.
at::Tensor normalised(const at::Tensor& x) {
  return x / at::linalg_vector_norm(x, 2, at::IntArrayRef{1}, true).clamp_min(1e-12);
}

/// The bank in panels of `panel_rows` rows, channels outermost, with the bias of every row.
struct Panels {
  at::Tensor values;  // [panels, C, panel_rows]
  at::Tensor biases;  // [panels, panel_rows]; −inf for the rows that fill the last panel
};

Panels to_panels(const at::Tensor& rows, const at::Tensor& bias) {
  const int64_t panels = (rows.size(0) + panel_rows - 1) / panel_rows, missing = panels * panel_rows - rows.size(0);
  const at::Tensor filled = at::constant_pad_nd(rows, {0, 0, 0, missing});
  return {filled.view({panels, panel_rows, rows.size(1)}).transpose(1, 2).contiguous(),
          at::constant_pad_nd(bias, {0, missing}, -std::numeric_limits<double>::infinity()).view({panels, panel_rows})};
}

at::Tensor match_on_cpu(const at::Tensor& queries, const Panels& panels, float scale) {
  const int64_t count = queries.size(0), width = queries.size(1),
                missing = (tile_queries - count % tile_queries) % tile_queries;
  const at::Tensor filled = at::constant_pad_nd(queries, {0, 0, 0, missing});
  at::Tensor index = at::zeros({count + missing}, at::kLong);
  const float* query = filled.const_data_ptr<float>();
  const float* values = panels.values.const_data_ptr<float>();
  const float* biases = panels.biases.const_data_ptr<float>();
  int64_t* found = index.mutable_data_ptr<int64_t>();
  const int64_t tasks = (count + missing + task_queries - 1) / task_queries;
  at::parallel_for(0, tasks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t first = task * task_queries, last = std::min(first + task_queries, count + missing);
      std::vector<float> best(task_queries, -std::numeric_limits<float>::infinity());
      for (int64_t p = 0; p < panels.values.size(0); ++p)
        for (int64_t q = first; q < last; q += tile_queries)
          match_panel(query + q * width, width, values + p * width * panel_rows, biases + p * panel_rows, scale,
                      p * panel_rows, best.data() + (q - first), found + q);
    }
  });
  return index.narrow(0, 0, count);
}

at::Tensor match_on_device(const at::Tensor& queries, const at::Tensor& rows, const at::Tensor& bias, double scale,
                           int64_t memory_bytes) {
  const int64_t chunk = std::max<int64_t>(1, memory_bytes / (8 * rows.size(0)));
  std::vector<at::Tensor> found;
  for (int64_t first = 0; first < queries.size(0); first += chunk) {
    const at::Tensor q = queries.narrow(0, first, std::min(chunk, queries.size(0) - first));
    found.push_back(at::addmm(bias, q, rows.t(), 1, scale).argmax(1));
  }
  return at::cat(found);
}

}  // namespace

at::Tensor match_references(const at::Tensor& queries, const at::Tensor& bank, Match match, int64_t memory_bytes) {
  if (bank.dim() != 2 || bank.size(0) < 1) throw Error("the reference bank is empty");
  if (queries.dim() != 2 || queries.size(1) != bank.size(1))
    throw_failure("features of {} channels cannot be matched with references of {}", queries.size(-1), bank.size(1));
  if (queries.size(0) == 0) return at::empty({0}, queries.options().dtype(at::kLong));
  const bool cosine = match == Match::cosine;
  const at::Tensor q = cosine ? normalised(queries) : queries;
  const at::Tensor rows = cosine ? normalised(bank) : bank;
  // the nearest in L2 has the largest 2 q·b − |b|²
  const at::Tensor bias = cosine ? at::zeros({rows.size(0)}, rows.options()) : -rows.square().sum(1);
  const double scale = cosine ? 1 : 2;
  if (q.device().is_cpu()) return match_on_cpu(q.contiguous(), to_panels(rows, bias), static_cast<float>(scale));
  return match_on_device(q, rows, bias, scale, memory_bytes);
}

at::Tensor residual(const at::Tensor& features, const at::Tensor& bank, Match match) {
  const int64_t b = features.size(0), c = features.size(1), h = features.size(2), w = features.size(3);
  const at::Tensor queries = features.permute({0, 2, 3, 1}).reshape({-1, c});
  const at::Tensor matched = bank.index_select(0, match_references(queries, bank, match));
  return features - matched.view({b, h, w, c}).permute({0, 3, 1, 2});
}

Levels ResidualRepresentation::apply(const Levels& levels) const {
  if (levels.count() != static_cast<int64_t>(bank_.rows.size()))
    throw_failure("the reference bank has {} levels, the features have {}", bank_.rows.size(), levels.count());
  Levels residuals{{}, levels.image_size};
  for (int64_t l = 0; l < levels.count(); ++l)
    residuals.maps.push_back(residual(levels[l], bank_.rows[static_cast<size_t>(l)], match_).contiguous());
  return residuals;
}

}  // namespace adrep
