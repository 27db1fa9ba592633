#include "core/neighbours/candidates.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace adrep {
namespace {

constexpr float no_value = std::numeric_limits<float>::infinity();

}  // namespace

Candidates::Candidates(int64_t k, float margin)
    : margin_(margin), known_(no_value), least_(static_cast<size_t>(k), no_value) {}

float Candidates::add(int64_t row, float value) {
  found_.emplace_back(value, row);
  if (value < least_.back()) {
    least_.insert(std::upper_bound(least_.begin(), least_.end(), value), value);
    least_.pop_back();
  }
  return limit();
}

void Candidates::lower(float kth_value) {
  known_ = std::min(known_, kth_value);
}

float Candidates::limit() const {
  return std::nextafter(std::min(known_, least_.back()) + margin_, no_value);
}

}  // namespace adrep
