#pragma once
#include <map>
#include <memory>
#include <string>

#include "benchmarks/plan/pretrain_settings.h"
#include "benchmarks/plan/run_settings.h"

namespace adrep {

/// A pretraining that cells of a plan need: their projectors are what it gives.
struct Pretraining {
  /// The file's settings with those of the run over them. Its `output` is not used.
  PretrainConfig config;
  std::string title;   ///< "imagebind · pretrain_realiad · angle.tau=0.2"
  std::string folder;  ///< projector.folder of the run
};

/// Which of its projectors a detector takes: "last", "angle" or "norm". Throws InputError where the setting
/// projector.checkpoint asks for an epoch that the pretraining does not choose.
std::string projectors_for(const RunConfig& run, const Pretraining& pretraining, const std::string& detector);

/// The pretrainings of a plan's configurations, each made once.
class Pretrainings {
 public:
  /// That of a configuration, or nullptr. Throws InputError with file and key for settings that no pretraining can
  /// have.
  std::shared_ptr<const Pretraining> of(const RunConfig& run);

 private:
  std::map<std::string, std::shared_ptr<const Pretraining>> known_;
};

/// Where the validation's images of a pretraining lie, and in which layout: those of the training where no others are
/// named.
struct ValidationPlace {
  std::string data, layout;
};
ValidationPlace validation_place(const PretrainConfig& config);

}  // namespace adrep
