#pragma once
#include <string>
#include <vector>

#include "benchmarks/regression/baseline.h"

namespace adrep {

/// A part of a key, or of an environment, that is not the same on both sides; "" where a side has none.
struct KeyDifference {
  std::string name;
  std::string before, now;
  /// Whether it can decide a result: not what the other side has as its default, nor the bytes of projectors that both
  /// sides pretrained.
  bool decides = true;
};

/// In the order of their names.
std::vector<KeyDifference> key_differences(const BaselineCell& before, const BaselineCell& now);

/// Of what was recorded beside the cells. Version and revision of adrep decide nothing: they are what is guarded.
std::vector<KeyDifference> environment_differences(const BaselineCell& before, const BaselineCell& now);

/// Whether both were computed alike: on one kind of processor and device, with as many threads, by the same libraries,
/// where the same program gives the same bytes. Of unknown environments they are not.
bool same_environment(const BaselineCell& before, const BaselineCell& now);

}  // namespace adrep
