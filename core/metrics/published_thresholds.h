#pragma once
#include <span>
#include <vector>

#include "core/metrics/metric.h"
#include "core/metrics/regions.h"

namespace adrep {

/// The published PRO code's thresholds: min + i · ((min + δ) − min), δ = (max − min) / 200, where min, max, δ and
/// min + δ are float and the rest double; 200 of them, or 201 where the float ratio (max − min) / δ exceeds 200
/// (protocol.md §8). Empty where that code breaks: all scores equal, or a range too small or too large for a float.
std::vector<double> linear_thresholds(std::span<const float> scores);

/// The bins + 1 edges of equal float intervals between the lowest and the highest score, ascending, computed in float
/// as adeval does. Empty when all scores are equal or their range is too large for a float.
std::vector<double> bin_edges(std::span<const float> scores, int64_t bins);

/// ⌊i (n − 1) / (ranks − 1)⌋ as numpy.linspace rounds it; ascending, `ranks` ≥ 2 of them.
std::vector<int64_t> equidistant_ranks(int64_t normals, int64_t ranks);

/// Scores of normal pixels at ascending ranks, rank 0 the lowest. Throws InputError for NaN or infinite scores.
std::vector<double> normal_scores_at(const ScoredPixels& pixels, const Regions& regions,
                                     const std::vector<int64_t>& ranks, int threads = 0);

}  // namespace adrep
