#pragma once
#include <filesystem>
#include <vector>

#include "core/maps/array.h"
#include "core/maps/map_pairs.h"

namespace adrep {

/// Files that hold one map or one mask each.
bool is_map_name(const std::filesystem::path& file);   ///< npy, npz, safetensors, TIFF, PNG, by extension
bool is_mask_name(const std::filesystem::path& file);  ///< these and other images

/// Sizes from headers (deflated npz files are inflated). Throw InputError naming the file.
MapSize map_file_size(const std::filesystem::path& file);
MapSize mask_file_size(const std::filesystem::path& file);

/// Arrays and grey images of full precision. Throws InputError for several maps in one file.
std::vector<double> read_map_file(const std::filesystem::path& file, MapSize& size);
/// 1 where the rule takes a pixel for anomalous; arrays, and images that decode_mask reads. Throws InputError for
/// several masks in one file.
std::vector<uint8_t> read_mask_file(const std::filesystem::path& file, const MaskRule& rule, MapSize& size,
                                    MaskFacts& facts);

/// The pages of a TIFF, which are of one size, as an array [pages, height, width]. Throws InputError.
Array tiff_stack(const std::filesystem::path& file);
bool is_tiff_name(const std::filesystem::path& file);  ///< by extension, any case

}  // namespace adrep
