#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "datasets/layouts/listed_images.h"

namespace adrep {

/// "C3" for a file name with "_C3_" in it, "" for none.
std::string real_iad_view(std::string_view file_name);

/// The images of one class's list, paths with `folder` (that of the resolution) before them; `line` counts entries.
/// `text`: the file's content, `name`: the file, for messages. Throws InputError when it is no such list.
std::vector<ListedImage> parse_real_iad_list(const std::string& text, const std::string& class_name,
                                             const std::string& folder, const std::string& name);

}  // namespace adrep
