#pragma once
#include <map>
#include <string>

#include "benchmarks/plan/run_settings.h"
#include "core/image/preprocess.h"
#include "datasets/dataset.h"

namespace adrep {

/// The widest photograph, longer side to shorter, that image.fit=auto squashes.
inline constexpr double squashed_aspect_ratio = 1.5;

/// Sizes of classes' images under any settings, each class's photographs looked at once. For one thread at a time.
class ClassGeometries {
 public:
  /// Protocol §1: PaDiM and PatchCore resize MVTec AD to 256 before the crop of 224; everything else resizes to the
  /// crop, but for some of its classes under GLASS (§7). Throws InputError where settings do not go together.
  Geometry of(const RunSettings& settings, const std::string& detector, const Dataset& dataset,
              const std::string& class_name);

 private:
  bool is_official(const Dataset& dataset, const std::string& class_name);

  std::map<std::string, Fit> automatic_;
  std::map<std::string, bool> official_;
};

/// The fit by which all of a class's training photographs is seen, official or not: of square ones crop (resized to the
/// crop itself), else squash where every one's sides are at most 3 to 2, else pad.
Fit whole_photograph_fit(const Dataset& dataset, const std::string& class_name);

/// Shorter side after the resize, as published for this detector and class, but no less than the crop. `mvtec_ad`: the
/// class is an official one of MVTec AD.
int published_resize(const std::string& detector, const std::string& class_name, bool mvtec_ad, int64_t crop);

/// What references.resize stands for: itself, or for 0 image.resize, and 224 where that is left to the protocol (§1),
/// whatever the queries have. The resized side is that of the crop at least.
int64_t reference_resize(const RunSettings& settings);

/// What a reader of a class's numbers should know of how its photographs were fitted; "" where that is as asked.
std::string fit_note(const RunSettings& settings, const Geometry& geometry);

}  // namespace adrep
