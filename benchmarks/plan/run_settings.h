#pragma once
#include <map>
#include <string>
#include <vector>

#include "benchmarks/plan/reference_settings.h"
#include "core/backbones/vit_settings.h"
#include "core/base/config.h"
#include "core/base/schema.h"
#include "core/image/mask_settings.h"
#include "datasets/reading/image_reading_settings.h"
#include "datasets/splits/split_settings.h"
#include "detectors/detector.h"

namespace adrep {

/// Everything `adrep run` can be told, declared once; a detector's own parameters are keys "DETECTOR.NAME".
struct RunSettings : SplitSettings, ReferenceSettings, VitSettings, MaskSettings, ImageReadingSettings {
  std::string data;
  std::string layout = "auto";
  std::vector<std::string> classes;
  std::vector<std::string> detector = {"patchcore"};
  std::vector<std::string> features = {"raw"};
  std::string backbone = "efficientnet_lite0";
  std::string weights;
  std::string projector;
  std::string pretrain;
  std::string projector_checkpoint = "auto";
  std::string projector_folder;
  std::string fit = "auto";
  int64_t resize = 0;
  int64_t crop = 224;
  int64_t seed = 0;
  std::string selection = "last";
  double selection_fraction = 0.2;
  bool classes_together = false;
  std::string post = "none";
  std::string on_bad_image = "fail";
  std::string protocol = "exact";
  std::vector<std::string> devices = {"cpu"};  ///< by their full names (job_share.h)
  std::string device = "cpu";                  ///< the one of them that computes
  int64_t jobs = 0;
  std::string precision = "fp32";
  int64_t threads = 0;
  int64_t batch = 0;
  double memory = 8;
  std::string cache = "readwrite";
  std::string cache_folder;
  double cache_limit = 20;
  std::string output = "results";
  int64_t examples = 6;
  double checkpoint_seconds = 60;
  double lease = 60;
  std::string maps = "none";
  std::string models = "none";
  bool models_embed = false;

  static void declare(Schema<RunSettings>& s);
};

/// Where a configuration stands on an axis of a matrix whose values have names of their own (matrix.h).
struct AxisPlace {
  std::string axis, label;
  std::vector<std::string> keys;  ///< that the label sets
  bool operator==(const AxisPlace&) const = default;
};

/// One resolved configuration: settings with the parameters of every detector that was given any.
struct RunConfig {
  RunSettings settings;
  std::map<std::string, RawParams> detector_params{};  ///< detector -> its given parameters
  RawConfig pretrain_params{};                         ///< given over the file of projector.pretrain, by its own keys
  std::map<std::string, std::string> swept{};          ///< the keys that were given several values, with this one's
  std::vector<AxisPlace> places{};                     ///< but for that of the axis that names data sets
  std::string data_name{};                             ///< what a matrix calls the data set; "": as its folder
  /// The labels on a matrix's axes, and swept keys with their values; without data set, detector, features and seeds,
  /// which results have by themselves.
  std::map<std::string, std::string> labels{};

  std::string variant() const;  ///< "patchcore.ratio=0.01 seed=1", or ""
};

/// Throws InputError, with the nearest known name, for a key that is neither a setting, nor a detector's parameter, nor
/// one of a pretraining that a run can set.
void check_run_key(const std::string& key, const std::string& where);

/// Throws InputError for several values of a setting that changes no result: they would be one under several names.
void check_swept_key(const std::string& key, const std::string& where, size_t values);

/// Whether setting `key` over a configuration takes `earlier` out of it: projectors are from a file or a pretraining.
bool displaces_run_key(const std::string& key, const std::string& earlier);

/// Sets all of these over a configuration.
void set_over(RawConfig& config, const RawConfig& settings);

/// Checks keys and values. A scalar key with several values is swept: one RunConfig for every combination.
/// Throws InputError with the key, its place and the nearest known name.
std::vector<RunConfig> resolve_run(const RawConfig& raw);

/// The resolved settings of one configuration, detectors' parameters included: what --print-config prints.
std::map<std::string, ParamValue> all_values(const RunConfig& config);

/// The same as YAML, below a comment that says what is swept.
std::string to_yaml(const RunConfig& config);

}  // namespace adrep
