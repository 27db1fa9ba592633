#include "core/neighbours/kmeans.h"

#include <Eigen/Core>
#include <limits>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/neighbours/squared_distance.h"

namespace adrep {
namespace {

using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

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
    std::vector<float> nearest(static_cast<size_t>(count_), std::numeric_limits<float>::infinity());
    int64_t chosen = random.below(count_);
    for (int64_t j = 0; j < k_; ++j) {
      std::copy_n(points_ + chosen * width_, width_, center(j));
      double total = 0;
      for (int64_t i = 0; i < count_; ++i) {
        float& distance = nearest[static_cast<size_t>(i)];
        distance = std::min(distance, squared_distance(points_ + i * width_, center(j), width_));
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
      float best = std::numeric_limits<float>::infinity();
      int64_t nearest = 0;
      for (int64_t j = 0; j < k_; ++j) {
        const float distance = squared_distance(points_ + i * width_, center(j), width_);
        if (distance < best) best = distance, nearest = j;
      }
      spread_ += best;
      changed |= assignment[i] != nearest;
      assignment[i] = nearest;
    }
    return changed;
  }

  void move_centers() {
    const Eigen::Map<const Rows> points(points_, count_, width_);
    Eigen::Map<Rows> centers(center(0), k_, width_);
    Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(width_, k_);
    Eigen::VectorXd members = Eigen::VectorXd::Zero(k_);
    const int64_t* assignment = assignment_.const_data_ptr<int64_t>();
    for (int64_t i = 0; i < count_; ++i) {
      ++members[assignment[i]];
      sums.col(assignment[i]) += points.row(i).transpose().cast<double>();
    }
    for (int64_t j = 0; j < k_; ++j)
      if (members[j] > 0) centers.row(j) = (sums.col(j) / members[j]).transpose().cast<float>();
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
