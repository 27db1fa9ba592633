#pragma once
#include <string>

#include "datasets/listing.h"

namespace adrep {

/// What to change in a folder of no known layout whose training images lie in train/ itself (of the root or of a
/// folder in it): "put the normal images of ROOT/train into ROOT/train/good"; "" for any other folder.
std::string hint_of_missing_good(const RootFolder& root);

}  // namespace adrep
