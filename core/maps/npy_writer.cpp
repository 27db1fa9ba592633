#include "core/maps/npy_writer.h"

#include <fmt/ranges.h>

#include <bit>
#include <functional>
#include <numeric>
#include <ostream>

#include "core/base/atomic_file.h"
#include "core/base/error.h"

namespace adrep {
namespace {

constexpr size_t kAlignment = 64;

/// Magic, version, length and the dictionary, padded so that the values start at a multiple of 64 bytes.
std::string header(const std::vector<int64_t>& shape) {
  std::string dictionary = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}{}), }}",
                                       fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  const size_t before = 10, end = before + dictionary.size() + 1;
  dictionary += std::string((kAlignment - end % kAlignment) % kAlignment, ' ') + '\n';
  std::string text = "\x93NUMPY";
  text += '\x01';
  text += '\0';
  text += static_cast<char>(dictionary.size() & 0xff);
  text += static_cast<char>(dictionary.size() >> 8);
  return text + dictionary;
}

}  // namespace

void write_npy(const std::filesystem::path& file, std::span<const float> values, const std::vector<int64_t>& shape) {
  static_assert(std::endian::native == std::endian::little);
  const int64_t count = std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
  ADREP_ASSERT(count == std::ssize(values), "{} values for {}", values.size(), count);
  write_file_atomically(file, [&](std::ostream& out) {
    const std::string start = header(shape);
    out.write(start.data(), static_cast<std::streamsize>(start.size()));
    out.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size_bytes()));
  });
}

}  // namespace adrep
