#pragma once
#include <string>
#include <vector>

#include "datasets/dataset.h"

namespace adrep {

/// What a run with no settings of its own would say of a class's photographs and masks, one line each: how they are
/// fitted into squares, defects that this loses, and what its data set noted. Masks that cannot be read are left to
/// verification, which names them.
std::vector<std::string> class_notes(const Dataset& dataset, const ClassSplit& split);

/// Of these the ones on what such a run sees of the photographs: how they are fitted, and defects that no map shows.
std::vector<std::string> fit_notes(const Dataset& dataset, const ClassSplit& split);

}  // namespace adrep
