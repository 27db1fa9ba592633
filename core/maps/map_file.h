#pragma once
#include <filesystem>
#include <vector>

#include "core/maps/map_pairs.h"

namespace adrep {

/// Files that hold one map or one mask each.
bool is_map_name(const std::filesystem::path& file);   ///< npy, npz, safetensors, TIFF, PNG, by extension
bool is_mask_name(const std::filesystem::path& file);  ///< these and other images

/// Sizes from headers (deflated npz files are inflated). Throw InputError naming the file.
MapSize map_file_size(const std::filesystem::path& file);
MapSize mask_file_size(const std::filesystem::path& file);

/// Values as float32; arrays and grey images of full precision. Throws InputError for several maps in one file.
std::vector<float> read_map_file(const std::filesystem::path& file, MapSize& size);
/// 1 where not zero; arrays, and images that decode_mask reads.
std::vector<uint8_t> read_mask_file(const std::filesystem::path& file, MapSize& size);

}  // namespace adrep
