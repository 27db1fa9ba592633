#pragma once
#include <bit>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace adrep {

/// Finite floats as integers of the same order; −0 and +0 are equal.
inline uint32_t score_to_key(float score) {
  const auto bits = std::bit_cast<uint32_t>(score + 0.0f);
  return bits ^ ((bits >> 31) != 0 ? 0xffffffffu : 0x80000000u);
}
inline float key_to_score(uint32_t key) {
  return std::bit_cast<float>((key >> 31) != 0 ? key ^ 0x80000000u : ~key);
}

/// How many anomalous pixels of one region.
struct RegionCount {
  uint32_t region = 0;
  uint32_t pixels = 0;
};

/// One distinct score of anomalous pixels. Exact metrics need no more than these in descending order: where there is no
/// anomalous pixel, a curve moves along its false-positive axis only.
struct ScoreGroup {
  float score = 0;
  int64_t normals_above = 0;             ///< normal pixels with a strictly higher score
  int64_t normals_tied = 0;              ///< normal pixels with this score
  int64_t anomalous = 0;                 ///< anomalous pixels with this score
  std::span<const RegionCount> regions;  ///< the same, region by region; ascending
};

/// What is known before the scores are in order.
struct PixelTotals {
  int64_t normals = 0, anomalous = 0;
  std::vector<int64_t> region_areas;  ///< [regions]

  /// Why metrics of two classes are not defined, or "": "no anomalous pixel", "no normal pixel".
  std::string missing_class(const std::string& unit) const {
    if (anomalous == 0) return "no anomalous " + unit;
    return normals == 0 ? "no normal " + unit : "";
  }
};

/// Scores in descending groups, from memory or from disk: every exact metric is computed from one walk over these, so
/// it is the same bit for bit wherever they come from and however many threads sorted them.
class ScoreGroups {
 public:
  /// Returns whether it needs the groups after this one.
  using Visitor = std::function<bool(const ScoreGroup&)>;

  virtual ~ScoreGroups() = default;
  virtual const PixelTotals& totals() const = 0;
  virtual void visit(const Visitor& visitor) = 0;
};

}  // namespace adrep
