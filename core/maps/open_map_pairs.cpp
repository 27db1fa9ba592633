#include "core/base/error.h"
#include "core/image/decode.h"
#include "core/maps/array_file.h"
#include "core/maps/map_file.h"
#include "core/maps/map_files.h"
#include "core/maps/map_pairs.h"
#include "core/maps/map_sources.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;
using Source = std::shared_ptr<const MapSource>;

/// Several images in one file: an array file, or a TIFF of several pages.
bool is_stack(const fs::path& file) {
  return is_array_name(file) || (is_tiff_name(file) && page_count(file) > 1);
}

ArrayStack open_stack(const ArrayPlace& place, const std::string& preferred) {
  return ArrayStack(is_array_name(place.file) ? read_array(place, preferred) : tiff_stack(place.file));
}

Source open_stacks(const ArrayPlace& maps, const fs::path& masks_text) {
  if (masks_text.empty()) {
    if (!maps.name.empty() || !has_array(maps.file, "masks"))
      throw_input(
          "{}: MASKS is missing: name the file of the masks (only a file that holds 'maps' and 'masks' needs none)",
          maps.file.string());
    return stack_source(ArrayStack(read_array(maps, "maps")), ArrayStack(read_array({maps.file, "masks"}, "masks")));
  }
  const ArrayPlace masks = array_place(masks_text);
  ArrayStack map_stack = open_stack(maps, "maps"), mask_stack = open_stack(masks, "masks");
  if (map_stack.where() == mask_stack.where()) throw_input("{}: given as maps and as masks", map_stack.where());
  return stack_source(std::move(map_stack), std::move(mask_stack));
}

/// One map and one mask, at least one of them an image file.
Source open_single(const fs::path& map, const fs::path& mask) {
  for (const fs::path& file : {map, mask})
    if (array_place(file).name != "") throw_input("{}: name a file without ':' beside an image", file.string());
  return file_source({{map.stem().string(), map, mask, std::nullopt, std::nullopt}});
}

Source open_source(const fs::path& maps, const fs::path& masks, const MapOptions& options) {
  const ArrayPlace place = array_place(maps);
  std::error_code failed;
  const fs::file_status status = fs::status(place.file, failed);
  if (!fs::exists(status)) throw_input("{}: no such file or folder", place.file.string());
  const bool is_folder = fs::is_directory(status);
  const std::string extension = place.file.extension().string();
  if (!is_folder && (extension == ".csv" || extension == ".jsonl")) {
    if (!masks.empty())
      throw_input("{}: a manifest names the masks itself: leave out {}", maps.string(), masks.string());
    return file_source(read_map_manifest(place.file));
  }
  const bool is_array = !is_folder && is_array_name(place.file);
  if (!is_folder && !is_array && !is_map_name(place.file))
    throw_input("{}: expected a folder, an npy, npz or safetensors file, a TIFF or PNG, or a manifest (csv, jsonl)",
                maps.string());
  if (masks.empty()) {
    if (!is_array) throw_input("{}: MASKS is missing: name the masks after the maps", maps.string());
    return open_stacks(place, masks);
  }
  const fs::path mask_file = array_place(masks).file;
  if (!fs::exists(mask_file, failed)) throw_input("{}: no such file or folder", mask_file.string());
  if (is_folder != fs::is_directory(mask_file, failed))
    throw_input("{} and {}: maps and masks must both be folders, or both files", maps.string(), masks.string());
  if (is_folder) return file_source(match_map_folders(maps, masks, options.missing_mask_is_normal));
  if (is_stack(place.file) && is_stack(mask_file)) return open_stacks(place, masks);
  for (const fs::path& file : {place.file, mask_file})
    if (is_tiff_name(file) && page_count(file) > 1)
      throw_input("{}: {} pages, but {} holds one image: give as many masks as maps, in a stack", file.string(),
                  page_count(file), (file == place.file ? mask_file : place.file).string());
  return open_single(maps, masks);
}

}  // namespace

MapPairs open_map_pairs(const fs::path& maps, const fs::path& masks, const MapOptions& options) {
  return {open_source(maps, masks, options), options};
}

}  // namespace adrep
