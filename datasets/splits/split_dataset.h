#pragma once
#include <memory>

#include "datasets/dataset.h"
#include "datasets/splits/split_settings.h"

namespace adrep {

/// The data set itself for the official split, else one whose classes are split as the settings say. Throws InputError
/// for settings that do not go together and for a manifest that cannot be read; its load() also for what the split
/// leaves without training images.
std::shared_ptr<const Dataset> with_split(std::shared_ptr<const Dataset> dataset, const SplitSettings& settings);

}  // namespace adrep
