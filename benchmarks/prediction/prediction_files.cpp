#include "benchmarks/prediction/prediction_files.h"

#include <string_view>

#include "benchmarks/plan/run_checks.h"
#include "benchmarks/prediction/overlay.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/image/encode.h"
#include "core/maps/npy_writer.h"
#include "core/maps/tiff_writer.h"
#include "datasets/listing.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr size_t longest_place_name = 240;  ///< file systems take 255 bytes, with the ending
constexpr size_t kept_of_long_name = 200, place_hash_digits = 16;

/// A folder's or file's name that leads nowhere else. No other name becomes the same, but for equal hashes.
std::string place_name(std::string_view name) {
  if (name == "..") return "%2E%2E";
  std::string safe;
  for (const char c : name) safe += c == '%' ? std::string("%25") : std::string(1, c);
  if (safe.size() <= longest_place_name) return safe;
  size_t kept = kept_of_long_name;
  while (kept > 0 && (safe[kept] & 0xC0) == 0x80) --kept;  // not within a character
  return safe.substr(0, kept) + "%-" + sha256_of(name).substr(0, place_hash_digits);
}

fs::path with_ending(const fs::path& folder, const fs::path& place, const std::string& ending) {
  fs::path file = folder / place;
  file += ending;
  return file;
}

}  // namespace

fs::path place_of_image(const std::string& image) {
  fs::path place;
  const bool absolute = image.starts_with('/');
  std::string_view left = image;
  while (!left.empty()) {
    const size_t end = std::min(left.find('/'), left.size());
    const std::string_view name = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    if (name.empty() || name == ".") continue;
    const bool first = place.empty();
    place /= (absolute && first ? "%2F" : "") + place_name(name);
  }
  if (place.empty() || image.ends_with('/')) throw_input("'{}' is no image file's path", escaped(image));
  return place;
}

void refuse_folders_inside(const fs::path& scored, const PredictionFolders& folders) {
  for (const auto& [folder, setting] :
       {std::pair(folders.overlays, "--overlays "), {folders.masks, "--masks "}, {folders.maps, "--maps "}})
    if (!folder.empty()) refuse_output_inside(scored, folder.string(), setting);
}

PredictionFiles::PredictionFiles(PredictionFolders folders, const Geometry& geometry, const Calibration* calibration)
    : folders_(std::move(folders)), geometry_(geometry), calibration_(calibration) {
  if (folders_.map_format != "npy" && folders_.map_format != "tiff")
    throw_input("maps as '{}': npy or tiff", escaped(folders_.map_format));
  if (!folders_.masks.empty() && !calibration_)
    throw_input("{}: no masks without a calibration, which says what a region is: calibrate the model first",
                folders_.masks.string());
}

void PredictionFiles::write(const std::string& image, const Prediction& prediction, const Image& photograph) const {
  const fs::path place = place_of_image(image);
  if (!folders_.overlays.empty())
    write_file_atomically(with_ending(folders_.overlays, place, ".jpg"),
                          encode_jpeg(overlay_of(photograph, prediction, geometry_, calibration_)));
  if (!folders_.masks.empty())
    write_file_atomically(with_ending(folders_.masks, place, ".png"),
                          encode_png(mask_of(prediction, geometry_, *calibration_)));
  if (folders_.maps.empty()) return;
  const at::Tensor map = prediction.map.contiguous();
  const std::span<const float> values(map.const_data_ptr<float>(), static_cast<size_t>(map.numel()));
  if (folders_.map_format == "npy")
    write_npy(with_ending(folders_.maps, place, ".npy"), values, {map.size(0), map.size(1)});
  else
    write_tiff(with_ending(folders_.maps, place, ".tiff"), values, static_cast<int>(map.size(1)),
               static_cast<int>(map.size(0)));
}

}  // namespace adrep
