#pragma once
#include "core/backbones/vit_settings.h"
#include "core/base/config.h"
#include "core/image/augment/view_augmentation.h"
#include "core/image/mask_settings.h"
#include "core/image/preprocess.h"
#include "core/pretraining/pretrain_step.h"
#include "datasets/reading/image_reading_settings.h"

namespace adrep {

/// What projectors are evaluated on after every epoch, where `selection` asks for it.
struct ValidationSettings {
  std::string data;
  std::string layout = "auto";
  std::vector<std::string> classes;
  int64_t resize = 0;
  int64_t shots = 8;
  std::string protocol = "exact";
  std::string cache = "readwrite";

  static void declare(Schema<ValidationSettings>& s);
};

/// What `adrep pretrain` can be told; defaults: the published code (protocol §6).
struct PretrainSettings : VitSettings, MaskSettings, ImageReadingSettings {
  std::string data;
  std::string layout = "auto";
  std::vector<std::string> classes;
  std::string backbone = "efficientnet_lite0";
  std::string weights;
  bool train_backbone = false;
  std::string precision = "fp32";
  int64_t crop = 224;
  std::string features = "residual";
  std::string match = "cosine";
  std::vector<std::string> shots = {"1", "4", "8"};
  std::string shots_per = "batch";
  int64_t center_shots = 4;
  int64_t epochs = 10;
  int64_t batch = 32;
  int64_t accumulate = 1;
  double rate = 1e-4;
  double weight_decay = 5e-4;
  std::vector<std::string> milestones = {"7", "9"};
  double rate_factor = 0.1;
  int64_t label_pixels = angle_label_pixels;
  std::string selection = "last";
  int64_t seed = 42;
  std::string device = "cpu";
  int64_t threads = 0;
  double memory = 1;
  double cache = 2;
  int64_t timeout = 50;
  int64_t save_every = 100;
  int64_t keep = 2;
  std::string output = "results/pretraining";

  static void declare(Schema<PretrainSettings>& s);
};

/// Settings with those of validation.*, projector.*, loss.*, angle.*, norm.* and augment.*.
struct PretrainConfig {
  PretrainSettings settings;
  ValidationSettings validation;
  PretrainStepParams step;
  ViewAugmentationParams augment;
  std::vector<int64_t> shots, milestones;  ///< as numbers

  bool selects() const { return settings.selection != "last"; }
  Geometry geometry() const { return {static_cast<int>(settings.crop), static_cast<int>(settings.crop)}; }
};

/// One group of keys: "projector." with its declared parameters.
struct PretrainSection {
  std::string prefix;
  const ParamList* params;
  std::function<void*(PretrainConfig& config)> place;
};
const std::vector<PretrainSection>& pretrain_sections();

/// The parameter of a full key. Throws InputError, with the nearest known name, where there is none.
const Param& pretrain_param(const std::string& key, const std::string& where);

/// Checks keys and values. Throws InputError with the key, its place and the nearest known name.
PretrainConfig resolve_pretrain(const RawConfig& raw);

/// All resolved values by full key.
std::map<std::string, ParamValue> all_values(const PretrainConfig& config);

/// Hash of all values that change the result: two runs that agree may continue each other.
std::string result_hash(const PretrainConfig& config);

}  // namespace adrep
