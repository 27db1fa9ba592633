#pragma once
#include <string>
#include <vector>

#include "datasets/layouts/listed_images.h"

namespace adrep {

/// The images of VisA's split file (object,split,label,image,mask; visa.h), in its order; paths are not checked here.
/// `name`: the file, for messages. Throws InputError "FILE:LINE: …" for a table that is none.
std::vector<ListedImage> parse_visa_split(const std::string& text, const std::string& name);

}  // namespace adrep
