#pragma once
#include <string>
#include <vector>

#include "core/base/config.h"
#include "core/base/schema.h"
#include "core/image/mask_settings.h"
#include "core/maps/map_pairs.h"

namespace adrep {

/// Settings of `adrep metrics explain`.
struct ExplainSettings : MaskSettings {
  std::vector<std::string> protocol = {"exact", "paper", "glass", "mvtec-100", "adeval-1000"};
  double limit = 0.3;
  std::string resize = "no", size, missing_mask = "error", image_scores;
  int64_t threads = 0;
  std::string output;

  static void declare(Schema<ExplainSettings>& schema);

  MapOptions map_options() const;
};

/// Throws InputError for unknown keys and protocols and for values out of bounds, before any file is read.
ExplainSettings explain_settings(const RawConfig& config);

}  // namespace adrep
