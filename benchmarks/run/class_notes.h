#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/image/preprocess.h"
#include "datasets/dataset.h"

namespace adrep {

/// What a run with no settings of its own would say of a class's photographs and masks, one line each: how they are
/// fitted into squares, defects that this loses, and what its data set noted. Masks that cannot be read are left to
/// verification, which names them.
std::vector<std::string> class_notes(const Dataset& dataset, const ClassSplit& split);

/// Of these the ones on what such a run sees of the photographs, how they are fitted and defects that no map shows,
/// from masks that verification decodes (VerifyOptions::with_mask).
class FitNotes {
 public:
  explicit FitNotes(const Dataset& dataset) : dataset_(dataset) {}

  /// A mask of the class's test images as stored, of its image's size. Safe from several threads.
  void add(const ClassSplit& split, const Sample& sample, const Image& mask);
  /// Once all masks are there. Where one could not be used, only how photographs are fitted is said.
  std::vector<std::string> of(const ClassSplit& split);

 private:
  /// What the masks of a class gave so far.
  struct Seen {
    std::optional<Geometry> geometry;
    int64_t masks = 0, outside_crop = 0, lost_in_resize = 0;
  };
  Geometry geometry_of(const ClassSplit& split);

  const Dataset& dataset_;
  std::mutex mutex_;
  std::map<std::string, Seen> seen_;
};

}  // namespace adrep
