#pragma once
#include "benchmarks/pretraining/pretrain_data.h"
#include "core/backbones/backbone.h"
#include "core/training/adam.h"

namespace adrep {

/// The settings that make projectors as JSON, without places on this machine.
std::string settings_text(const PretrainConfig& config);

/// What is trained: projectors, and the backbone where train_backbone says so, with their optimiser.
class PretrainModel {
 public:
  /// Loads the backbone. Throws InputError when it cannot be had.
  explicit PretrainModel(const PretrainConfig& config);

  const Backbone& backbone() const { return *backbone_; }
  const std::vector<int64_t>& channels() const { return channels_; }  ///< of every level
  int64_t trained_parameters() const;

  /// Starts from the seed's weights (and the backbone's own), or from a state's. Throws InputError naming `source` when
  /// a state does not fit.
  void start(const TensorMap* weights, const TensorMap* optimiser, const std::string& source);

  /// The projectors' weights, "l1_proj.…", leaves with gradients.
  const TensorMap& projector() const { return projector_; }
  /// The same with the trained backbone's parameters, "backbone/…".
  const TensorMap& weights() const { return adam_->parameters(); }
  Adam& adam() { return *adam_; }

  /// Writes a projector file, in the layout of the published ones where its name ends in .pth, and the trained backbone
  /// beside it. `checkpoint`: what is not known here (classes, selection, scores).
  void write(const std::filesystem::path& file, ProjectorCheckpoint checkpoint) const;

 private:
  const PretrainConfig& config_;
  std::unique_ptr<Backbone> backbone_;
  std::vector<int64_t> channels_;
  TensorMap projector_;
  std::unique_ptr<Adam> adam_;
};

}  // namespace adrep
