#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace adrep {

/// Writes an array of little-endian float32 as NumPy's npy, format 1.0, row by row; the same bytes every time.
/// `values` has as many elements as the product of `shape`. Throws WriteError when the file cannot be written.
void write_npy(const std::filesystem::path& file, std::span<const float> values, const std::vector<int64_t>& shape);

}  // namespace adrep
