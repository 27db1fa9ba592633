#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "benchmarks/plan/plan.h"
#include "benchmarks/run/reference_banks.h"
#include "core/backbones/backbone.h"
#include "core/features/cache/feature_cache.h"
#include "core/features/extraction.h"
#include "core/image/tiles.h"
#include "core/representation/representation.h"

namespace adrep {

/// Where features come from and go to.
struct FeatureStores {
  FeatureCache* cache = nullptr;       ///< nullptr: none
  const SpillFolder* spill = nullptr;  ///< for features that do not fit into memory=; nullptr: they stay in memory
  int64_t images = 0;                  ///< that are held at a time where those of several classes are
};

/// The features of one class, as every cell of a group needs them: raw levels of the training and test images, read
/// once, and the representation made from them and the references (reference_choice.h) when first asked for.
class ClassFeatures {
 public:
  enum class Parts { train_and_test, train };

  /// The backbone is asked for only when an image's features are not in the cache. With Parts::train the test images
  /// are left alone: there are none.
  ClassFeatures(const PlannedGroup& group, const ClassSplit& split, BackboneSource backbone, FeatureStores stores,
                Parts parts = Parts::train_and_test);

  /// Training and test levels in this representation ("raw", "residual" or "pretrained"); the last one asked for stays
  /// in memory.
  struct Pair {
    Levels train, test;
  };
  const Pair& in(const std::string& features);
  bool has(const std::string& features) const { return features == "raw" || features == derived_name_; }
  /// Other raw levels of this class in the representation that was last asked for. Throws InputError when images have
  /// references of their own, since these levels are of no image that does.
  Levels represent(const std::string& features, const Levels& raw) const;

  const std::vector<Sample>& train() const { return train_; }  ///< the images that could be read
  const std::vector<Sample>& test() const { return test_; }
  /// How the test images are cut; empty where they are not (image.fit=tiles).
  const std::vector<TileGrid>& test_tiles() const { return test_tiles_; }
  const std::vector<std::string>& skipped() const { return skipped_; }  ///< ids of those that could not
  int64_t cached() const { return cached_; }      ///< images whose features came from the cache, references included
  int64_t computed() const { return computed_; }  ///< images that went through the backbone
  int64_t bytes_held() const;                     ///< of features in memory, raw and derived
  /// Of the representation that was last asked for; nullptr while that was none but "raw".
  const ReferenceBanks* references() const { return banks_ ? &*banks_ : nullptr; }

 private:
  Extracted extract_images(const BackboneSource& backbone, const std::vector<ImageFile>& files,
                           const ExtractionOptions& options);
  ExtractionOptions options_for(const RunSettings& settings, const Geometry& geometry) const;
  Levels read(const std::vector<Sample>& samples, const std::string& stage, std::vector<Sample>& used,
              std::vector<TileGrid>& tiles);
  /// The first level of these images in another backbone [N, C, H, W].
  at::Tensor first_stage(const BackboneSource& source, const std::vector<Sample>& samples, const std::string& stage);
  ReferenceBanks make_banks();
  std::unique_ptr<Representation> make_representation(const std::string& features) const;

  const PlannedGroup& group_;
  const ImageReading reading_;
  const BackboneSource backbone_;
  FeatureCache* cache_;
  FeatureRoom room_;
  int64_t cached_ = 0, computed_ = 0;
  std::vector<Sample> train_, test_;
  std::vector<TileGrid> train_tiles_, test_tiles_;  ///< of each of them, with image.fit=tiles
  std::vector<std::string> skipped_;
  Pair raw_, derived_;
  std::string derived_name_;
  std::optional<ReferenceBanks> banks_;
  std::unique_ptr<Representation> derived_by_;
};

}  // namespace adrep
