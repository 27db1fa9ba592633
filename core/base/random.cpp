#include "core/base/random.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "core/base/error.h"

namespace adrep {
namespace {

uint64_t splitmix(uint64_t& state) {
  uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

uint64_t rotate_left(uint64_t x, int k) {
  return (x << k) | (x >> (64 - k));
}

}  // namespace

Random::Random(uint64_t seed) {
  for (uint64_t& word : state_) word = splitmix(seed);
}

uint64_t Random::next() {
  const uint64_t result = rotate_left(state_[1] * 5, 7) * 9;
  const uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = rotate_left(state_[3], 45);
  return result;
}

double Random::uniform() {
  return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

int64_t Random::below(int64_t count) {
  ADREP_ASSERT(count >= 1, "below({})", count);
  const auto n = static_cast<uint64_t>(count);
  const uint64_t limit = UINT64_MAX - UINT64_MAX % n;  // rejecting the rest keeps every value equally likely
  uint64_t x = next();
  while (x >= limit) x = next();
  return static_cast<int64_t>(x % n);
}

double Random::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  const double angle = 2 * std::numbers::pi * uniform();
  spare_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

std::vector<int64_t> Random::sample(int64_t population, int64_t count) {
  ADREP_ASSERT(count >= 0 && count <= population, "{} of {}", count, population);
  std::vector<int64_t> all(static_cast<size_t>(population));
  std::iota(all.begin(), all.end(), 0);
  for (int64_t i = 0; i < count; ++i)
    std::swap(all[static_cast<size_t>(i)], all[static_cast<size_t>(i + below(population - i))]);
  all.resize(static_cast<size_t>(count));
  return all;
}

uint64_t derive_seed(uint64_t seed, std::string_view purpose) {
  uint64_t hash = 0xcbf29ce484222325ULL ^ seed;
  for (char c : purpose) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return splitmix(hash);
}

}  // namespace adrep
