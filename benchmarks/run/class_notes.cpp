#include "benchmarks/run/class_notes.h"

#include <algorithm>
#include <optional>

#include "benchmarks/plan/class_geometry.h"
#include "benchmarks/run/evaluation.h"
#include "core/base/plural.h"

namespace adrep {
namespace {

/// The geometry of a run with no settings, by any detector whose published size is that of most.
Geometry default_geometry(const Dataset& dataset, const ClassSplit& split) {
  return ClassGeometries().of(RunSettings(), "feature_norm", dataset, split.name);
}

std::optional<GroundTruth> readable_truth(const Dataset& dataset, const ClassSplit& split, const Geometry& geometry) {
  try {
    return load_ground_truth(split.test, geometry, {}, dataset.masks_number_defects());
  } catch (const InputError&) {
    return std::nullopt;
  }
}

}  // namespace

std::vector<std::string> class_notes(const Dataset& dataset, const ClassSplit& split) {
  std::vector<std::string> notes = split.data_notes;
  const Geometry geometry = default_geometry(dataset, split);
  if (std::string fitted = fit_note(RunSettings(), geometry); !fitted.empty()) notes.push_back(std::move(fitted));
  if (const auto truth = readable_truth(dataset, split, geometry))
    notes.insert(notes.end(), truth->notes.begin(), truth->notes.end());
  return notes;
}

std::vector<std::string> fit_notes(const Dataset& dataset, const ClassSplit& split) {
  std::vector<std::string> notes;
  const Geometry geometry = default_geometry(dataset, split);
  if (std::string fitted = fit_note(RunSettings(), geometry); !fitted.empty()) notes.push_back(std::move(fitted));
  const auto truth = readable_truth(dataset, split, geometry);
  if (!truth) return notes;
  const int64_t defects = std::count(truth->labels.begin(), truth->labels.end(), 1) - truth->without_mask;
  if (truth->outside_crop > 0)
    notes.push_back(fmt::format("{} of {} {} outside the crop of a run by default: image.fit=pad shows them",
                                truth->outside_crop, counted(defects, "defect"),
                                truth->outside_crop == 1 ? "lies" : "lie"));
  if (truth->lost_in_resize > 0)
    notes.push_back(
        fmt::format("{} of {} {} no pixel after the resize of a run by default: a larger image.crop keeps "
                    "them",
                    truth->lost_in_resize, counted(defects, "defect"), truth->lost_in_resize == 1 ? "has" : "have"));
  return notes;
}

}  // namespace adrep
