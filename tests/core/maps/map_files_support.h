#pragma once
#include <fmt/format.h>

#include <cstring>
#include <string>
#include <vector>

#include "core/base/atomic_file.h"

namespace adrep::test {

/// The bytes of a number, little-endian as this machine stores it, or reversed.
template <class T>
std::string number_bytes(T value, bool big_endian = false) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return big_endian ? std::string(bytes.rbegin(), bytes.rend()) : bytes;
}

template <class T>
std::string numbers_bytes(const std::vector<T>& values, bool big_endian = false) {
  std::string bytes;
  for (T value : values) bytes += number_bytes(value, big_endian);
  return bytes;
}

/// An npy file around a header text, written byte by byte as NumPy's format page describes it.
inline std::string npy_with_header(const std::string& header, const std::string& data, int version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(version);
  bytes += '\0';
  bytes += version == 1 ? number_bytes(static_cast<uint16_t>(header.size()))
                        : number_bytes(static_cast<uint32_t>(header.size()));
  return bytes + header + data;
}

inline std::string npy(const std::string& descr, const std::string& shape, const std::string& data,
                       bool fortran = false, int version = 1) {
  std::string header =
      "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }";
  const size_t before = version == 1 ? 10 : 12;
  header += std::string(63 - (before + header.size()) % 64, ' ') + "\n";
  return npy_with_header(header, data, version);
}

inline void write_map(const std::filesystem::path& file, int height, int width, const std::vector<float>& scores) {
  write_file_atomically(file, npy("<f4", fmt::format("({}, {})", height, width), numbers_bytes(scores)));
}

inline void write_mask(const std::filesystem::path& file, int height, int width, const std::vector<uint8_t>& values) {
  write_file_atomically(file, npy("|u1", fmt::format("({}, {})", height, width), numbers_bytes(values)));
}

}  // namespace adrep::test
