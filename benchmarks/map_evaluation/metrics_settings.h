#pragma once
#include <optional>

#include "core/base/config.h"
#include "core/image/mask_settings.h"
#include "core/maps/map_pairs.h"

namespace adrep {

/// Settings of `adrep metrics`.
struct MetricsSettings : MaskSettings {
  std::vector<std::string> protocol = {"exact"};
  std::vector<std::string> limits = {"0.3", "0.05", "1"};
  double fpr = 0.05;
  std::string threshold;
  double aupimo_lower = 1e-5, aupimo_upper = 1e-4;
  std::string resize = "no", size, missing_mask = "error", image_scores, scores = "float32";
  int64_t bootstrap = 0;
  double confidence = 0.95;
  int64_t seed = 0;
  int64_t threads = 0;
  double memory = 8;
  std::string temp, output;

  static void declare(Schema<MetricsSettings>& schema);

  /// Checked forms of the texts. Throw InputError naming the key.
  std::vector<double> pro_limits() const;
  std::optional<double> chosen_threshold() const;
  MapOptions map_options() const;
  int64_t memory_bytes() const;
};

/// Throws InputError for unknown keys (naming the nearest one) and for values out of bounds, before any file is read.
MetricsSettings metrics_settings(const RawConfig& config);

}  // namespace adrep
