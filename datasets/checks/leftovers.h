#pragma once
#include <vector>

#include "datasets/checks/verification.h"

namespace adrep {

/// Walks the data set's folder and adds what is refused there and what no class uses: files among the masks without an
/// image, images elsewhere, and files among the images that are none. Texts and tables outside the image folders are no
/// problem. A folder of which nothing is used is one problem. Linked folders are not entered; nothing deeper than
/// RootFolder::max_depth is.
void find_leftovers(const Dataset& dataset, const std::vector<ClassSplit>& classes, std::vector<Problem>& problems);

}  // namespace adrep
