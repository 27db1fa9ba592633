#include "core/neighbours/reference_matching.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/neighbours/faiss_matching.h"
#include "core/neighbours/panel_matching.h"

namespace adrep {
namespace {

constexpr int64_t task_queries = 128;

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

/// Improves each query's best value and row by the rows of some panels, whose first is row `first_row` of the bank.
void match_on_cpu(const at::Tensor& queries, const Panels& panels, float scale, int64_t first_row, float* best,
                  int64_t* index) {
  const int64_t count = queries.size(0), width = queries.size(1),
                missing = (tile_queries - count % tile_queries) % tile_queries;
  const at::Tensor filled = missing > 0 ? at::constant_pad_nd(queries, {0, 0, 0, missing}) : queries.contiguous();
  const float* query = filled.const_data_ptr<float>();
  const float* values = panels.values.const_data_ptr<float>();
  const float* biases = panels.biases.const_data_ptr<float>();
  const int64_t tasks = (count + task_queries - 1) / task_queries;
  const MatchPanel match_panel = match_panel_of_machine();
  at::parallel_for(0, tasks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t first = task * task_queries, last = std::min(first + task_queries, count);
      float task_best[task_queries];
      int64_t task_index[task_queries] = {};
      std::fill_n(task_best, task_queries, -std::numeric_limits<float>::infinity());
      std::copy(best + first, best + last, task_best);
      std::copy(index + first, index + last, task_index);
      for (int64_t p = 0; p < panels.values.size(0); ++p)
        for (int64_t q = first; q < last; q += tile_queries)
          match_panel(query + q * width, width, values + p * width * panel_rows, biases + p * panel_rows, scale,
                      first_row + p * panel_rows, task_best + (q - first), task_index + (q - first));
      std::copy_n(task_best, last - first, best + first);
      std::copy_n(task_index, last - first, index + first);
    }
  });
}

/// FAISS first; the queries that it leaves are matched in full.
void match_by_index(const at::Tensor& queries, const at::Tensor& rows, const at::Tensor& bias, float scale, Match match,
                    int64_t first_row, const at::Tensor& best, const at::Tensor& index) {
  const std::vector<int64_t> left = match_with_faiss(queries, rows, bias, scale, match, first_row,
                                                     best.mutable_data_ptr<float>(), index.mutable_data_ptr<int64_t>());
  if (left.empty()) return;
  const at::Tensor places = at::tensor(left);
  const at::Tensor left_best = best.index_select(0, places), left_index = index.index_select(0, places);
  match_on_cpu(queries.index_select(0, places), to_panels(rows, bias), scale, first_row,
               left_best.mutable_data_ptr<float>(), left_index.mutable_data_ptr<int64_t>());
  best.index_copy_(0, places, left_best);
  index.index_copy_(0, places, left_index);
}

void match_on_device(const at::Tensor& queries, const at::Tensor& rows, const at::Tensor& bias, double scale,
                     int64_t first_row, const at::Tensor& best, const at::Tensor& index) {
  const at::Tensor table = at::addmm(bias, queries, rows.t(), 1, scale);
  const at::Tensor row = table.argmax(1), value = table.gather(1, row.unsqueeze(1)).squeeze(1);
  const at::Tensor better = value > best;
  index.copy_(at::where(better, row + first_row, index));
  best.copy_(at::where(better, value, best));
}

/// How many queries and rows are matched at a time: half of the memory each for the copies of both, on a device less
/// for the table of their products.
struct Chunks {
  int64_t queries, rows;
};
Chunks chunks_for(int64_t width, int64_t memory_bytes, bool on_cpu) {
  constexpr int64_t copies = 3;  // of a chunk: its norms' intermediate, the normalised rows, the panels or filled tiles
  const int64_t floats = memory_bytes / 4;
  const int64_t rows = floats / (2 * copies * width) / task_queries * task_queries;
  const int64_t largest = on_cpu ? rows : std::min<int64_t>(rows, std::sqrt(static_cast<double>(floats / 4)));
  return {std::max<int64_t>(task_queries, largest), std::max<int64_t>(task_queries, largest)};
}

}  // namespace

at::Tensor match_references(const at::Tensor& queries, const at::Tensor& bank, Match match,
                            const MatchOptions& options) {
  const at::NoGradGuard no_grad;
  if (bank.dim() != 2 || bank.size(0) < 1) throw Error("the reference bank is empty");
  if (queries.dim() != 2 || queries.size(1) != bank.size(1))
    throw_failure("features of {} channels cannot be matched with references of {}", queries.size(-1), bank.size(1));
  const bool cosine = match == Match::cosine, on_cpu = queries.device().is_cpu();
  const Chunks chunks = chunks_for(bank.size(1), options.memory_bytes, on_cpu);
  const at::Tensor index = at::zeros({queries.size(0)}, queries.options().dtype(at::kLong));
  const at::Tensor best =
      at::full({queries.size(0)}, -std::numeric_limits<double>::infinity(), queries.options().dtype(at::kFloat));
  const double scale = cosine ? 1 : 2;
  for (int64_t row = 0; row < bank.size(0); row += chunks.rows) {
    const at::Tensor part = bank.narrow(0, row, std::min(chunks.rows, bank.size(0) - row));
    const at::Tensor rows = cosine ? normalised(part) : part;
    // the nearest in L2 has the largest 2 q·b − |b|²
    const at::Tensor bias = cosine ? at::zeros({rows.size(0)}, rows.options()) : -rows.square().sum(1);
    const Panels panels = on_cpu && !options.faiss ? to_panels(rows, bias) : Panels{};
    for (int64_t first = 0; first < queries.size(0); first += chunks.queries) {
      const int64_t count = std::min(chunks.queries, queries.size(0) - first);
      const at::Tensor given = queries.narrow(0, first, count), q = cosine ? normalised(given) : given;
      if (on_cpu && options.faiss)
        match_by_index(q, rows, bias, static_cast<float>(scale), match, row, best.narrow(0, first, count),
                       index.narrow(0, first, count));
      else if (on_cpu)
        match_on_cpu(q, panels, static_cast<float>(scale), row, best.mutable_data_ptr<float>() + first,
                     index.mutable_data_ptr<int64_t>() + first);
      else
        match_on_device(q, rows, bias, scale, row, best.narrow(0, first, count), index.narrow(0, first, count));
    }
  }
  return index;
}

}  // namespace adrep
