#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "datasets/dataset.h"

namespace adrep {

/// A published data set that is not there: its official classes, with as many training and test images as its publisher
/// counts, none of which can be opened. To plan with. nullptr where nothing, or only totals, is published of the
/// layout.
std::shared_ptr<const Dataset> absent_dataset(const std::string& layout, const std::filesystem::path& root);

}  // namespace adrep
