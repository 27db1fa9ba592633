#include "core/neighbours/kmeans.h"

#include <limits>

#include "core/base/error.h"
#include "core/base/random.h"

namespace adrep {
namespace {

double cluster_distance(const float* a, const float* b, int64_t width) {
  constexpr int64_t lanes = 8;
  float sums[lanes] = {};
  int64_t c = 0;
  for (; c + lanes <= width; c += lanes)
    for (int64_t lane = 0; lane < lanes; ++lane) {
      const float difference = a[c + lane] - b[c + lane];
      sums[lane] += difference * difference;
    }
  double sum = 0;
  for (float lane : sums) sum += lane;
  for (; c < width; ++c) sum += static_cast<double>(a[c] - b[c]) * (a[c] - b[c]);
  return sum;
}

/// The points and where they stand.
class Lloyd {
 public:
  Lloyd(const at::Tensor& points, int64_t k)
      : count_(points.size(0)),
        width_(points.size(1)),
        k_(k),
        points_(points.const_data_ptr<float>()),
        centers_(at::empty({k, width_})),
        assignment_(at::full({count_}, -1, at::kLong)) {}

  /// The first centre is any point, each further one a point drawn in proportion to its squared distance to the
  /// nearest.
  void start(Random& random) {
    std::vector<double> nearest(static_cast<size_t>(count_), std::numeric_limits<double>::infinity());
    int64_t chosen = random.below(count_);
    for (int64_t j = 0; j < k_; ++j) {
      std::copy_n(points_ + chosen * width_, width_, center(j));
      double total = 0;
      for (int64_t i = 0; i < count_; ++i) {
        double& distance = nearest[static_cast<size_t>(i)];
        distance = std::min(distance, cluster_distance(points_ + i * width_, center(j), width_));
        total += distance;
      }
      const double target = random.uniform() * total;
      double passed = 0;
      chosen = random.below(count_);  // kept when every point lies on a centre
      for (int64_t i = 0; total > 0 && i < count_; ++i) {
        passed += nearest[static_cast<size_t>(i)];
        if (nearest[static_cast<size_t>(i)] > 0) chosen = i;
        if (passed > target && nearest[static_cast<size_t>(i)] > 0) break;
      }
    }
  }

  /// Whether an assignment changed.
  bool assign() {
    bool changed = false;
    spread_ = 0;
    int64_t* assignment = assignment_.mutable_data_ptr<int64_t>();
    for (int64_t i = 0; i < count_; ++i) {
      double best = std::numeric_limits<double>::infinity();
      int64_t nearest = 0;
      for (int64_t j = 0; j < k_; ++j) {
        const double distance = cluster_distance(points_ + i * width_, center(j), width_);
        if (distance < best) best = distance, nearest = j;
      }
      spread_ += best;
      changed |= assignment[i] != nearest;
      assignment[i] = nearest;
    }
    return changed;
  }

  void move_centers() {
    std::vector<double> sums(static_cast<size_t>(k_ * width_), 0);
    std::vector<int64_t> members(static_cast<size_t>(k_), 0);
    const int64_t* assignment = assignment_.const_data_ptr<int64_t>();
    for (int64_t i = 0; i < count_; ++i) {
      ++members[static_cast<size_t>(assignment[i])];
      double* sum = sums.data() + assignment[i] * width_;
      for (int64_t c = 0; c < width_; ++c) sum[c] += points_[i * width_ + c];
    }
    for (int64_t j = 0; j < k_; ++j) {
      const int64_t size = members[static_cast<size_t>(j)];
      for (int64_t c = 0; size > 0 && c < width_; ++c)
        center(j)[c] = static_cast<float>(sums[static_cast<size_t>(j * width_ + c)] / static_cast<double>(size));
    }
  }

  Clusters result() const { return {centers_, assignment_, spread_}; }

 private:
  float* center(int64_t j) { return centers_.mutable_data_ptr<float>() + j * width_; }

  int64_t count_, width_, k_;
  const float* points_;
  at::Tensor centers_, assignment_;
  double spread_ = 0;
};

}  // namespace

Clusters kmeans(const at::Tensor& points, int64_t k, uint64_t seed, int64_t iterations) {
  if (points.dim() != 2 || points.size(0) < 1 || k < 1 || points.scalar_type() != at::kFloat)
    throw_failure("k-means needs float points [N, C], N ≥ 1, and at least one cluster");
  const at::Tensor rows = points.cpu().contiguous();
  Random random(derive_seed(seed, "kmeans"));
  Lloyd lloyd(rows, k);
  lloyd.start(random);
  for (int64_t i = 0; i < iterations && lloyd.assign(); ++i) lloyd.move_centers();
  lloyd.assign();
  return lloyd.result();
}

}  // namespace adrep
