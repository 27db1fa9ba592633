#pragma once
#include <string>

#include "datasets/listing.h"

namespace adrep {

/// Data sets that look like a known layout and would be read without their masks or images: MVTec LOCO AD, MVTec AD 2,
/// Real-IAD Variety and Real-IAD D3. "NAME (what tells it) is not read yet; …" for a folder of one of these, else "".
std::string unread_layout(const RootFolder& root);

}  // namespace adrep
