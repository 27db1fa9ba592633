#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/backbones/backbone.h"
#include "core/image/preprocess.h"

namespace adrep {

struct ExtractionOptions {
  Geometry geometry;
  int64_t batch = 8;       ///< images a forward pass
  int decode_threads = 2;  ///< threads that decode and resize ahead of the model
  bool skip_bad = false;   ///< leave unreadable images out instead of throwing
  std::function<void(int64_t done)> progress;
};

/// Features of a list of images.
struct Extracted {
  Levels levels;                     ///< [N, C_l, H_l, W_l] of the images that could be read, in the list's order
  std::vector<size_t> used;          ///< their indices in the list
  std::vector<std::string> skipped;  ///< one line for each image left out
};

/// Decodes, preprocesses and runs the backbone; the tensors stay on its device.
/// Throws InputError for the first unreadable image unless skip_bad, Interrupted when the user wants to stop.
Extracted extract(const Backbone& backbone, const std::vector<std::filesystem::path>& files,
                  const ExtractionOptions& options);

}  // namespace adrep
