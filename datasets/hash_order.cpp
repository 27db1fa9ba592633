#include "datasets/hash_order.h"

#include <algorithm>
#include <numeric>

#include "core/base/random.h"

namespace adrep {

std::vector<size_t> hash_order(const std::vector<std::string_view>& names) {
  constexpr uint64_t seed = 0;
  std::vector<double> places;
  for (std::string_view name : names) places.push_back(Random(derive_seed(seed, name)).uniform());
  std::vector<size_t> order(names.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return places[a] != places[b] ? places[a] > places[b] : names[a] < names[b]; });
  return order;
}

int64_t tested_of(int64_t normal_images) {
  constexpr int64_t part = 5;
  return normal_images < 2 ? 0 : std::max<int64_t>(1, (2 * normal_images + part) / (2 * part));
}

}  // namespace adrep
