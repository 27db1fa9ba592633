#pragma once
#include <string>
#include <vector>

#include "core/base/config.h"
#include "core/base/schema.h"

namespace adrep {

/// Everything `adrep compare` can be told besides the folders, declared once.
struct CompareSettings {
  std::string metric = "image_auroc";
  std::vector<std::string> methods;
  std::string pairs = "best";
  std::string bootstrap = "image_auroc";
  std::vector<std::string> detector, features, backbone, classes;
  std::string cost = "score_seconds";
  double alpha = 0.05;
  int64_t replicates = 1000;
  double confidence = 0.95;
  int64_t seed = 0;
  int64_t threads = 0;
  std::string output;

  static void declare(Schema<CompareSettings>& s);
};

/// Checks keys and values. Throws InputError with the key and the nearest known name.
CompareSettings resolve_compare(const RawConfig& raw);

}  // namespace adrep
