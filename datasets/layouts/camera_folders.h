#pragma once
#include <string>

#include "datasets/listing.h"

namespace adrep {

/// What to do where a folder that should hold images holds only folders of them (one a camera, or "images"), or "".
/// `folder`: relative to the root.
std::string camera_folders_text(const RootFolder& root, const std::string& folder);

}  // namespace adrep
