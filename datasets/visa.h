#pragma once
#include <string>
#include <vector>

#include "datasets/listed_images.h"

/// Layout "visa": the Visual Anomaly data set in its one-class split (protocol §2):
///
///     ROOT/split_csv/1cls.csv        object,split,label,image,mask: every image with its part and its mask
///     ROOT/OBJECT/Data/Images/…, ROOT/OBJECT/Data/Masks/…
///
/// Test images come normal ones first. A mask's values number its defects; any but 0 is anomalous.
namespace adrep {

/// The images of a split file's text, in its order. `name`: the file, for messages. Throws InputError "FILE:LINE: …"
/// for a table that is none.
std::vector<ListedImage> parse_visa_split(const std::string& text, const std::string& name);

}  // namespace adrep
