#include "benchmarks/run/class_notes.h"

#include "benchmarks/plan/class_geometry.h"
#include "benchmarks/run/evaluation.h"

namespace adrep {

std::vector<std::string> class_notes(const Dataset& dataset, const ClassSplit& split) {
  std::vector<std::string> notes = split.data_notes;
  const RunSettings defaults;
  // any detector whose published size is that of most
  const Geometry geometry = ClassGeometries().of(defaults, "feature_norm", dataset, split.name);
  if (std::string fitted = fit_note(defaults, geometry); !fitted.empty()) notes.push_back(std::move(fitted));
  try {
    for (std::string& note : load_ground_truth(split.test, geometry, {}, dataset.masks_number_defects()).notes)
      notes.push_back(std::move(note));
  } catch (const InputError&) {
    return notes;
  }
  return notes;
}

}  // namespace adrep
