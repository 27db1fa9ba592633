#include "detectors/patchcore/coreset.h"

#include <ATen/Parallel.h>

#include <atomic>
#include <numeric>

#include "core/neighbours/packed_rows.h"
#include "core/neighbours/pair_filter.h"
#include "core/neighbours/squared_distance.h"

namespace adrep {
namespace {

constexpr const char* stage = "coreset";
constexpr int64_t row_tile = 256, centre_tile = 512;  // their rows and products fit a core's cache
constexpr int64_t pool_target = 4096;
constexpr int64_t selections_between_reports = 64;
constexpr int64_t rows_between_reports = 65536;
constexpr int64_t fewest_pairs_for_products = int64_t{1} << 18;  // below, starting threads costs more than it gains
constexpr int64_t rows_at_once = 8192;                           // of initial distances: temporaries stay in the cache

/// The plain loop's selection with every distance computed only when it can matter. Rows have an upper bound of d (d
/// itself after the first `applied` centres). A round takes as pool all rows whose d is at least a threshold, selects
/// among them by the plain loop while the largest d stays above the threshold (nobody else can be chosen), and lowers
/// the threshold.
class LazyGreedy {
 public:
  LazyGreedy(const at::Tensor& features, const at::Tensor& initial, int64_t count, FitObserver& observer)
      : features_(features),
        rows_(features.const_data_ptr<float>()),
        n_(features.size(0)),
        width_(features.size(1)),
        wanted_(count),
        observer_(observer),
        filter_(width_),
        mean_(features.mean(0)),
        bound_(initial.const_data_ptr<float>(), initial.const_data_ptr<float>() + n_),
        applied_(static_cast<size_t>(n_), 0),
        centres_(at::empty({count, width_})),
        centre_norms_(at::empty({count})) {}

  std::vector<int64_t> run() {
    float threshold = *std::max_element(bound_.begin(), bound_.end());
    smallest_ = threshold * 1e-6F;
    while (selected() < wanted_ && threshold > 0) {
      threshold = refresh_pool(threshold);
      if (!select_from_pool(threshold)) break;
    }
    return chosen_;
  }

 private:
  int64_t selected() const { return static_cast<int64_t>(chosen_.size()); }
  bool is_current(int64_t row) const { return applied_[static_cast<size_t>(row)] == selected(); }
  float& bound(int64_t row) { return bound_[static_cast<size_t>(row)]; }

  /// Lowers the threshold until enough rows have a d of at least that, makes them the pool, and returns it.
  float refresh_pool(float threshold) {
    for (;;) {
      threshold = threshold > smallest_ ? threshold * (1 - step_) : 0;
      bring_up_to_date(threshold);
      pool_.clear();
      for (int64_t row = 0; row < n_; ++row)
        if (bound(row) >= threshold) pool_.push_back(row);
      if (static_cast<int64_t>(pool_.size()) >= pool_target / 2 || threshold == 0) break;
      step_ = std::min(step_ * 1.5F, 0.25F);
    }
    if (static_cast<int64_t>(pool_.size()) <= 2 * pool_target) return threshold;
    step_ = std::max(step_ / 1.5F, 1e-3F);
    return shrink_pool();
  }

  /// Keeps the pool's rows that have the `pool_target` largest d, ties included; returns the smallest of these.
  float shrink_pool() {
    std::vector<float> values;
    for (const int64_t row : pool_) values.push_back(bound(row));
    std::nth_element(values.begin(), values.begin() + pool_target, values.end(), std::greater<>());
    const float threshold = values[pool_target];
    std::erase_if(pool_, [&](int64_t row) { return bound(row) < threshold; });
    return threshold;
  }

  /// Applies the centres they missed to all rows whose bound reaches the threshold.
  void bring_up_to_date(float threshold) {
    std::vector<int64_t> stale;
    for (int64_t row = 0; row < n_; ++row)
      if (bound(row) >= threshold && !is_current(row)) stale.push_back(row);
    std::stable_sort(stale.begin(), stale.end(), [&](int64_t a, int64_t b) {
      return applied_[static_cast<size_t>(a)] < applied_[static_cast<size_t>(b)];
    });
    const auto total = static_cast<int64_t>(stale.size());
    for (int64_t first = 0; first < total; first += rows_between_reports) {
      observer_.progress(stage, selected(), wanted_);
      update(std::span(stale).subspan(static_cast<size_t>(first),
                                      static_cast<size_t>(std::min(rows_between_reports, total - first))));
    }
  }

  void update(std::span<const int64_t> rows) {
    int64_t pairs = 0;
    for (const int64_t row : rows) pairs += selected() - applied_[static_cast<size_t>(row)];
    if (pairs < fewest_pairs_for_products)
      measure(rows);
    else
      update_tiles(rows);
  }

  /// One distance after the other, on this thread.
  void measure(std::span<const int64_t> rows) {
    for (const int64_t row : rows) {
      int32_t& applied = applied_[static_cast<size_t>(row)];
      for (auto c = static_cast<size_t>(applied); c < chosen_.size(); ++c)
        bound(row) = std::min(bound(row), distance(row, chosen_[c]));
      applied = static_cast<int32_t>(selected());
    }
  }

  /// Tiles of rows, whichever thread is free takes the next.
  void update_tiles(std::span<const int64_t> rows) {
    const auto total = static_cast<int64_t>(rows.size());
    const int64_t threads = at::get_num_threads();
    const int64_t tile_rows = std::clamp<int64_t>((total + threads - 1) / threads, 1, row_tile);
    const int64_t tiles = (total + tile_rows - 1) / tile_rows;
    std::atomic<int64_t> next = 0;
    at::parallel_for(0, std::min(tiles, threads), 1, [&](int64_t, int64_t) {
      const at::Tensor products = at::empty({row_tile * centre_tile});
      for (int64_t tile = next++; tile < tiles; tile = next++) {
        const int64_t first = tile * tile_rows;
        update_tile(rows.subspan(static_cast<size_t>(first), static_cast<size_t>(std::min(tile_rows, total - first))),
                    products);
      }
    });
  }

  void update_tile(std::span<const int64_t> rows, const at::Tensor& products) {
    const auto count = static_cast<int64_t>(rows.size());
    const at::Tensor index = at::from_blob(const_cast<int64_t*>(rows.data()), {count}, at::kLong);
    const at::Tensor centred = features_.index_select(0, index).sub_(mean_);
    const at::Tensor norms = filter_.shrunken_norms(centred);
    const float* norm = norms.const_data_ptr<float>();
    std::vector<float> limits;
    for (size_t i = 0; i < rows.size(); ++i) limits.push_back(filter_.limit(bound(rows[i]) * bound(rows[i]), norm[i]));
    for (int64_t first = applied_[static_cast<size_t>(rows.front())]; first < selected(); first += centre_tile) {
      const int64_t centres = std::min(centre_tile, selected() - first);
      const PackedRows part(centres_.narrow(0, first, centres), /*tile=*/0);
      PairFilter::visit(part.products(centred, products), centre_norms_.narrow(0, first, centres), limits.data(),
                        [&](int64_t i, int64_t j, float) {
                          float& d = bound(rows[static_cast<size_t>(i)]);
                          const int64_t centre = chosen_[static_cast<size_t>(first + j)];
                          d = std::min(d, distance(rows[static_cast<size_t>(i)], centre));
                          return filter_.limit(d * d, norm[i]);
                        });
    }
    for (const int64_t row : rows) applied_[static_cast<size_t>(row)] = static_cast<int32_t>(selected());
  }

  /// The plain loop within the pool, as long as its largest d reaches the threshold. False when nothing is
  /// left to cover.
  bool select_from_pool(float threshold) {
    const auto count = static_cast<int64_t>(pool_.size());
    const at::Tensor pool_rows = features_.index_select(0, at::from_blob(pool_.data(), {count}, at::kLong));
    std::vector<float> d;
    for (const int64_t row : pool_) d.push_back(bound(row));
    auto farthest = std::max_element(d.begin(), d.end()) - d.begin();
    while (selected() < wanted_ && d[static_cast<size_t>(farthest)] >= threshold &&
           d[static_cast<size_t>(farthest)] > 0) {
      const int64_t row = pool_[static_cast<size_t>(farthest)];
      add_centre(row);
      if (selected() % selections_between_reports == 0) observer_.progress(stage, selected(), wanted_);
      farthest = lower_to_centre(pool_rows.const_data_ptr<float>(), count, width_, rows_ + row * width_, d.data());
    }
    for (size_t i = 0; i < pool_.size(); ++i) {
      bound(pool_[i]) = d[i];
      applied_[static_cast<size_t>(pool_[i])] = static_cast<int32_t>(selected());
    }
    observer_.progress(stage, selected(), wanted_);
    return threshold > 0 || d[static_cast<size_t>(farthest)] > 0;
  }

  void add_centre(int64_t row) {
    const at::Tensor centred = (features_[row] - mean_).unsqueeze(0);
    centres_.narrow(0, selected(), 1).copy_(centred);
    centre_norms_.narrow(0, selected(), 1).copy_(filter_.shrunken_norms(centred));
    chosen_.push_back(row);
  }

  float distance(int64_t a, int64_t b) const {
    return std::sqrt(squared_distance(rows_ + a * width_, rows_ + b * width_, width_));
  }

  const at::Tensor features_;
  const float* rows_;
  int64_t n_, width_, wanted_;
  FitObserver& observer_;
  PairFilter filter_;
  at::Tensor mean_;
  std::vector<float> bound_;      // of d
  std::vector<int32_t> applied_;  // centres that a row's bound accounts for
  at::Tensor centres_;            // selected rows minus the mean [wanted, D]
  at::Tensor centre_norms_;
  std::vector<int64_t> chosen_, pool_;
  float step_ = 0.02F;  // relative lowering of the threshold
  float smallest_ = 0;  // a threshold below this is zero
};

/// |x − centre| of every row by the reference code's formula. x [n, D], squares [n, 1], centre [1, D] -> [n, 1].
at::Tensor distances_to(const at::Tensor& x, const at::Tensor& squares, const at::Tensor& centre) {
  return (squares + centre.square().sum() - 2 * at::mm(x, centre.t())).clamp_min(0).sqrt();
}

at::Tensor plain_greedy(const at::Tensor& features, const at::Tensor& initial, int64_t count, FitObserver& observer) {
  const at::Tensor squares = features.square().sum(1, true);
  at::Tensor d = initial.unsqueeze(1);
  const at::Tensor chosen = at::empty({count}, initial.options().dtype(at::kLong));
  for (int64_t k = 0; k < count; ++k) {
    const at::Tensor farthest = d.argmax().unsqueeze(0);
    chosen.narrow(0, k, 1).copy_(farthest);
    d = at::minimum(d, distances_to(features, squares, features.index_select(0, farthest)));
    if (k % selections_between_reports == 0) observer.progress(stage, k, count);
  }
  return chosen.cpu();
}

}  // namespace

at::Tensor greedy_coreset(const at::Tensor& features, const at::Tensor& initial, int64_t count, FitObserver& observer) {
  ADREP_ASSERT(features.dim() == 2 && initial.numel() == features.size(0), "one initial distance a row");
  ADREP_ASSERT(count >= 0 && count <= features.size(0), "{} of {} rows", count, features.size(0));
  if (features.device().is_cpu()) {
    std::vector<int64_t> chosen = LazyGreedy(features.contiguous(), initial.contiguous(), count, observer).run();
    if (chosen.empty() && count > 0)
      chosen.push_back(0);  // all rows alike: the plain loop's first choice stands for them
    return at::tensor(chosen, at::kLong);
  }
  return plain_greedy(features, initial, count, observer);
}

int64_t greedy_coreset_bytes(int64_t rows, int64_t width) {
  constexpr int64_t bounds = 24;  // d, how many centres it has seen, and the list of rows that lag behind
  return rows * bounds + 3 * 4 * std::min(rows, rows_at_once) * width;
}

at::Tensor mean_distance_to(const at::Tensor& features, const at::Tensor& starts) {
  const at::Tensor start_rows = features.index_select(0, starts.to(features.device()));
  std::vector<at::Tensor> means;
  for (const at::Tensor& x : features.split(rows_at_once)) {
    at::Tensor sum = at::zeros({x.size(0)}, features.options().dtype(at::kDouble));
    for (int64_t s = 0; s < starts.size(0); ++s) sum += (x - start_rows[s]).square().sum(1).sqrt();
    means.push_back(sum / static_cast<double>(starts.size(0)));
  }
  return at::cat(means).to(at::kFloat);
}

at::Tensor distance_matrix_row_norms(const at::Tensor& features) {
  // Σ_j |x_i − x_j|² = n |x_i|² + Σ_j |x_j|² − 2 x_i·Σ_j x_j, where the last term vanishes once the mean is subtracted
  const at::Tensor mean = features.mean(0, /*keepdim=*/false, at::kDouble);
  std::vector<at::Tensor> parts;
  for (const at::Tensor& x : features.split(rows_at_once)) parts.push_back((x - mean).square().sum(1));
  const at::Tensor squares = at::cat(parts);
  return (static_cast<double>(features.size(0)) * squares + squares.sum()).sqrt().to(at::kFloat);
}

}  // namespace adrep
