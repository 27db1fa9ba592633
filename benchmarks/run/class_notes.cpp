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

Geometry FitNotes::geometry_of(const ClassSplit& split) {
  const std::lock_guard lock(mutex_);
  std::optional<Geometry>& geometry = seen_[split.name].geometry;
  if (!geometry) geometry = default_geometry(dataset_, split);
  return *geometry;
}

void FitNotes::add(const ClassSplit& split, const Sample& sample, const Image& mask) {
  if (!sample.anomalous) return;
  MaskFacts facts = facts_of_mask(mask, {});
  try {
    static_cast<void>(prepared_mask(mask, geometry_of(split), {}, facts));
  } catch (const InputError&) {
    return;  // `of` misses it
  }
  const std::lock_guard lock(mutex_);
  Seen& seen = seen_[split.name];
  ++seen.masks;
  seen.outside_crop += facts.outside_crop();
  seen.lost_in_resize += facts.lost_in_resize();
}

std::vector<std::string> FitNotes::of(const ClassSplit& split) {
  std::vector<std::string> notes;
  if (std::string fitted = fit_note(RunSettings(), geometry_of(split)); !fitted.empty())
    notes.push_back(std::move(fitted));
  const Seen& seen = seen_[split.name];
  const int64_t defects = std::count_if(split.test.begin(), split.test.end(),
                                        [](const Sample& sample) { return sample.anomalous && sample.mask; });
  if (seen.masks < defects) return notes;
  if (seen.outside_crop > 0)
    notes.push_back(fmt::format("{} of {} {} outside the crop of a run by default: image.fit=pad shows them",
                                seen.outside_crop, counted(defects, "defect"),
                                seen.outside_crop == 1 ? "lies" : "lie"));
  if (seen.lost_in_resize > 0)
    notes.push_back(
        fmt::format("{} of {} {} no pixel after the resize of a run by default: a larger image.crop keeps "
                    "them",
                    seen.lost_in_resize, counted(defects, "defect"), seen.lost_in_resize == 1 ? "has" : "have"));
  return notes;
}

}  // namespace adrep
