#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/image/mask_rule.h"
#include "core/maps/map_notes.h"
#include "core/maps/score_ordinals.h"
#include "core/metrics/protocol.h"

namespace adrep {

/// Which of a pair is resized when a map and its mask differ in size.
enum class ResizePair { none, maps, masks };

struct MapOptions {
  ResizePair resize = ResizePair::none;
  /// Both above 0: maps (bilinear) and masks (as `masks` says) of every image are brought to this size.
  int64_t height = 0, width = 0;
  bool missing_mask_is_normal = false;  ///< in a folder: an image without a mask counts as normal
  std::filesystem::path image_scores;   ///< npy array [N], or CSV with columns name,score; "" for none
  MaskRule masks;
  bool float64 = false;  ///< scores are kept as float64, not rounded to float32
};

/// Height and width in pixels.
struct MapSize {
  int64_t height = 0, width = 0;
  int64_t pixels() const { return height * width; }
  bool operator==(const MapSize&) const = default;
};

/// One image's score map, [height, width] row by row, with its ground truth. Scores are finite.
struct ScoredMap {
  std::string name;
  int64_t height = 0, width = 0;
  std::vector<float> scores;          ///< [height · width], or empty
  std::vector<double> exact;          ///< [height · width] where float64 is asked for, else empty
  std::vector<uint8_t> mask;          ///< [height · width], 0 or 1
  std::optional<double> image_score;  ///< as given beside the maps; none: take the map's maximum
  bool anomalous = false;             ///< as labelled, else: its mask, before any resize, marks a pixel
  MapFacts facts;

  /// The given image score, else the map's maximum.
  double score() const;
};

/// Where pairs come from; each kind of source lives in its own file.
class MapSource {
 public:
  virtual ~MapSource() = default;
  virtual int64_t size() const = 0;
  virtual const std::string& name(int64_t image) const = 0;
  /// Of map and mask as stored; none where there is no mask.
  virtual std::pair<MapSize, std::optional<MapSize>> stored_sizes(int64_t image) const = 0;
  /// As stored: the mask may differ in size from the map, then `mask_size` says so.
  struct Stored {
    MapSize map_size;
    std::optional<MapSize> mask_size;  ///< none: there is no mask
    std::vector<double> scores;
    std::vector<uint8_t> mask;          ///< 0 or 1; empty: there is none
    MaskFacts mask_facts;               ///< but for what a resize does
    std::optional<bool> anomalous;      ///< none: what the mask says
    std::optional<double> image_score;  ///< none: the map's maximum
    bool shows_defect = false;          ///< its label or its folder says so
  };
  virtual Stored read(int64_t image, const MaskRule& masks) const = 0;
};

/// Score maps of any tool with their masks, read one image at a time so that sets larger than memory work. A copy
/// shares what it reads from. Reading is safe from several threads.
class MapPairs {
 public:
  MapPairs(std::shared_ptr<const MapSource> source, MapOptions options);

  int64_t size() const;
  /// A stack's image is called by its index ("0"), a file by its path without extension, relative to the folder.
  const std::string& name(int64_t image) const;
  /// What `read` will give; looks at headers only. Throws InputError for a map and a mask of different sizes that
  /// `resize` does not allow.
  MapSize map_size(int64_t image) const;
  /// Throws InputError naming the image: sizes that differ, NaN or infinite scores (also beyond float32's range), a
  /// label that contradicts the mask, damaged files.
  ScoredMap read(int64_t image) const;
  /// For the facts of what was read.
  MapNotes notes() const;
  bool keeps_float64() const;

 private:
  /// The size both of a pair come to.
  MapSize target(int64_t image, const MapSize& map, const std::optional<MapSize>& mask) const;
  /// With resize=maps: the size that maps without a mask come to, that of all masks. None where nothing is resized.
  std::optional<MapSize> size_of_masks() const;

  std::shared_ptr<const MapSource> source_;
  MapOptions options_;
  std::vector<std::optional<double>> image_scores_;  ///< [images] from `image_scores`, or empty
  std::optional<MapSize> without_mask_;              ///< the size of maps without a mask, where they are resized
};

/// `maps` is one of
/// - a stack (ArrayStack's shapes): FILE.npy, FILE.npz (its array `maps`, else its only one), FILE.safetensors (its
///   tensor `maps`, else its only one), FILE:NAME for a certain array, or the pages of FILE.tiff; `masks` likewise
///   (array `masks`), or "" where one file holds both;
/// - a folder of single maps (npy, npz, safetensors, tiff, png; deeper folders too), `masks` a folder of single masks:
///   matched by path without extension, the mask's optionally with an ending of mask_endings. An image without a mask
///   is normal in a folder called good, normal or ok, or where `missing_mask_is_normal`;
/// - a manifest, CSV or JSON lines (.jsonl) with map, mask, label, image_score for each image; paths relative to it;
///   `masks` is "". Only `map` is required; no mask means normal.
/// Masks: as options.masks says. Throws InputError for what cannot be read or matched, listing the names.
MapPairs open_map_pairs(const std::filesystem::path& maps, const std::filesystem::path& masks,
                        const MapOptions& options = {});

/// All images in memory: 5 bytes a pixel. With float64, scores and image scores are ordinals: floats in the same order.
struct LoadedMaps {
  std::vector<float> scores;        ///< [images, height, width]
  std::vector<uint8_t> masks;       ///< the same, 0 or 1
  std::vector<float> image_scores;  ///< [images]
  std::vector<uint8_t> labels;      ///< [images], 1 = anomalous
  std::vector<std::string> names;   ///< [images]
  int64_t images = 0, height = 0, width = 0;
  int64_t given_image_scores = 0;  ///< how many were given beside the maps, not their maximum
  std::optional<ScoreOrdinals> pixel_ordinals, image_ordinals;  ///< with float64: what the ordinals stand for
  std::vector<std::string> notes{};                             ///< MapNotes

  /// Refers to this object.
  Scored scored(int threads = 0) const;
};

/// `threads` = 0 takes every core. Throws InputError naming two images of different sizes, and what MapPairs::read
/// throws.
LoadedMaps load_all(const MapPairs& pairs, int threads = 0);

}  // namespace adrep
