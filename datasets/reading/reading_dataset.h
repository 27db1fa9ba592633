#pragma once
#include <memory>

#include "datasets/dataset.h"
#include "datasets/reading/image_reading_settings.h"

namespace adrep {

/// The data set with images that are read as the settings say: every sample of a class knows how (Sample::reading),
/// image.scale=auto resolved from its training images, and the class's notes say what its files have in them besides.
/// Throws InputError for a range that is none.
std::shared_ptr<const Dataset> with_reading(std::shared_ptr<const Dataset> dataset,
                                            const ImageReadingSettings& settings);

}  // namespace adrep
