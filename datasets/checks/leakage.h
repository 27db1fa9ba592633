#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/base/schema.h"
#include "datasets/dataset.h"

namespace adrep {

struct LeakageOptions {
  int64_t distance = 4;
  int64_t show = 5;
  int threads = 0;  ///< 0: one a processor
  /// Told after each image; called from any thread, by one at a time.
  std::function<void(size_t done, size_t total)> progress{};

  static void declare(Schema<LeakageOptions>& s);
};

/// An image of the evaluation data that is, or looks like, one of the pretraining data.
struct SharedImage {
  std::string image, pretrain;              ///< ids, relative to their data set's root
  std::string image_class, pretrain_class;  ///< names of their classes
  bool same_bytes = false;
  int distance = 0;  ///< of the perceptual hashes; 0 for the same bytes
  bool operator==(const SharedImage&) const = default;
};

struct Leakage {
  std::vector<std::string> classes;  ///< in both by name
  std::vector<SharedImage> images;   ///< each image of the evaluation data once, in the order of classes and ids
  size_t pretrain_images = 0, test_images = 0;
  std::vector<FileProblem> ordered;     ///< classes of the evaluation data that file order alone separates
  std::vector<FileProblem> unreadable;  ///< of both: not compared
};

/// What two data sets share: classes by name; images (of both parts, train and test) by content, and by a perceptual
/// hash (difference_hash) that differs in at most `distance` bits. An image is reported with the one of the same bytes,
/// else with the nearest, the first of several. Threads do not change the result. Throws Interrupted on Ctrl-C.
Leakage find_leakage(const Dataset& pretrain, const Dataset& test, const LeakageOptions& options = {});

}  // namespace adrep
