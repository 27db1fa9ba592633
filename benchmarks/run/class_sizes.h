#pragma once
#include <map>
#include <string>

#include "benchmarks/plan/plan.h"

namespace adrep {

/// How large the features of a plan's classes are, found without computing any.
class ClassSizes {
 public:
  /// Images of a class, each tile counted.
  struct Images {
    int64_t train = 0, test = 0;
    int64_t all() const { return train + test; }
  };

  /// Levels of a group's backbone, which is loaded only where nothing else tells them. Throws InputError where its
  /// weights are not there or cannot be used.
  const std::vector<LevelShape>& shapes(const PlannedGroup& group);
  int64_t image_bytes(const PlannedGroup& group);  ///< of all levels; throws the same

  /// Throws InputError for a class that cannot be read.
  const Images& images(const Dataset& dataset, const ClassGeometry& part);
  const Images& images(const PlannedGroup& group) { return images(*group.dataset, {group.class_name, group.geometry}); }
  int64_t train_images(const ClassesTogether& together);  ///< of all its classes; throws the same

  /// Bytes of the features that are held at a time for a group, as they are read and in another representation.
  int64_t held_bytes(const PlannedGroup& group);

 private:
  std::map<std::string, std::vector<LevelShape>> shapes_;  ///< by backbone and side
  std::map<const RunConfig*, const std::vector<LevelShape>*> of_config_;
  std::map<const ClassesTogether*, int64_t> joint_;
  std::map<std::string, Images> images_;  ///< by data set, class and geometry
};

/// How many of a class's images need no backbone, since the feature cache has them. Reads all images that it does not
/// know the content of.
int64_t cached_images(const PlannedGroup& group, const ClassSplit& split);

}  // namespace adrep
