#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/backbones/backbone.h"
#include "core/features/cache/feature_space.h"
#include "core/features/level_rows.h"
#include "core/image/image_file.h"
#include "core/image/preprocess.h"

namespace adrep {

/// Gives the backbone when features have to be computed; loading it can wait until then.
using BackboneSource = std::function<const Backbone&()>;

struct ExtractionOptions {
  Geometry geometry;
  int64_t batch = 8;       ///< images a forward pass
  int decode_threads = 2;  ///< threads that decode and resize ahead of the model
  bool skip_bad = false;   ///< leave unreadable images out instead of throwing
  std::function<void(int64_t done)> progress;
  FeatureSpace* cache = nullptr;  ///< asked before anything is decoded, and given what was computed; none: no cache
  at::Device device = at::kCPU;   ///< where the levels are wanted: the backbone's device
  FeatureRoom room{};             ///< in memory, or where the levels go that do not fit
};

/// Features of a list of images.
struct Extracted {
  Levels levels;                     ///< [N, C_l, H_l, W_l] of the images that could be read, in the list's order;
                                     ///< without maps when there are none
  std::vector<size_t> used;          ///< their indices in the list
  std::vector<std::string> skipped;  ///< one line for each image left out
  int64_t cached = 0;                ///< how many came from the cache
};

/// Decodes, preprocesses and runs the backbone on the images that are not in the cache.
///
/// Cached features are those that would be computed, bit for bit: an image's features depend on nothing but the image
/// and the batch size. Where the backbone does not promise that for passes of any size (Backbone::batch_invariant),
/// every pass has exactly `batch` images: the last one is filled up with copies, whose features are dropped.
///
/// With a cache every image has an expected content, found before anything is decoded where the caller names none.
///
/// What was computed goes into the cache shard by shard, also when the extraction ends early. Throws InputError for the
/// first unreadable image unless skip_bad, Error for one whose content is not the expected one, Interrupted when the
/// user wants to stop.
Extracted extract(const BackboneSource& backbone, const std::vector<ImageFile>& files,
                  const ExtractionOptions& options);

}  // namespace adrep
