#include "core/io/tensor_bytes.h"

#include <cstring>
#include <limits>

#include "core/base/error.h"

namespace adrep {

constexpr size_t max_dimensions = 64;
constexpr int64_t max_elements = std::numeric_limits<int64_t>::max() / 16;  // 16: the largest element

std::optional<int64_t> element_count(at::IntArrayRef sizes) {
  int64_t count = 1, span = 1;
  if (sizes.size() > max_dimensions) return std::nullopt;
  for (const int64_t side : sizes) {
    if (side < 0 || __builtin_mul_overflow(span, std::max<int64_t>(side, 1), &span) || span > max_elements)
      return std::nullopt;
    count = side == 0 ? 0 : count * side;
  }
  return count;
}

at::Tensor tensor_on(const SharedBytes& bytes, at::ScalarType type) {
  const size_t element = c10::elementSize(type);
  ADREP_ASSERT(bytes.view.size() % element == 0, "{} bytes in elements of {}", bytes.view.size(), element);
  const int64_t count = static_cast<int64_t>(bytes.view.size() / element);
  if (count == 0) return at::empty({0}, type);
  if (reinterpret_cast<uintptr_t>(bytes.view.data()) % element == 0)
    return at::from_blob(
        const_cast<char*>(bytes.view.data()), {count}, [owner = bytes.owner](void*) {}, type);
  at::Tensor copy = at::empty({count}, type);
  std::memcpy(copy.data_ptr(), bytes.view.data(), bytes.view.size());
  return copy;
}

bool are_bools(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == 0 || byte == 1; });
}

}  // namespace adrep
