#pragma once
#include <filesystem>
#include <span>

namespace adrep {

/// Writes one channel of float32 as a TIFF of one page, uncompressed and little-endian, as image tools read it; the
/// same bytes every time. `values`: height × width, row by row, any bits (NaN too). Throws WriteError when the file
/// cannot be written.
void write_tiff(const std::filesystem::path& file, std::span<const float> values, int width, int height);

}  // namespace adrep
