#pragma once
#include <string>
#include <vector>

#include "core/metrics/explain.h"

namespace adrep {

/// Something about a data set that makes a metric mean less than it seems.
struct Danger {
  enum class Kind {
    undefined,    ///< a PRO has no value
    images,       ///< no normal image, or anomalous ones without an anomalous pixel
    outliers,     ///< a few scores take most of the score range
    sampling,     ///< hardly a threshold lies where the curve rises
    order,        ///< a PRO depends on more than the order of the scores
    ties,         ///< few different scores, or one that many pixels share
    regions,      ///< few regions, or tiny ones
    connectivity  ///< regions that touch at a corner
  };
  Kind kind;
  std::string text;  ///< one sentence or two, for the reader
};

/// All dangers of the compared maps; empty when there are none.
std::vector<Danger> dangers_of(const ProComparison& comparison);

/// Thresholds of a protocol that trace the part of the curve that rises: those below the limit but beyond its first 1
/// %.
int64_t tracing(const Sampling& sampling);

}  // namespace adrep
