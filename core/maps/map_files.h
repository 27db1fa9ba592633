#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/maps/map_pairs.h"

namespace adrep {

/// One image's files.
struct MapEntry {
  std::string name;
  std::filesystem::path map;
  std::filesystem::path mask;  ///< "" for a normal image
  std::optional<bool> anomalous;
  std::optional<double> image_score;
  bool shows_defect = false;  ///< its label says so, or its folder among those of normal images
};

/// Matches the files of two folders (map_pairs.h), in byte-wise order of their names. Hidden files and links that leave
/// the folder are not followed. Throws InputError listing maps without mask and masks without map.
std::vector<MapEntry> match_map_folders(const std::filesystem::path& maps, const std::filesystem::path& masks,
                                        bool missing_mask_is_normal);

/// Reads a manifest (map_pairs.h), CSV or JSON lines. Throws InputError naming file and line: unknown columns, paths
/// that are absolute or leave the manifest's folder, values that are no label or number.
std::vector<MapEntry> read_map_manifest(const std::filesystem::path& file);

/// Pairs of files, read when asked for.
std::shared_ptr<const MapSource> file_source(std::vector<MapEntry> entries);

}  // namespace adrep
