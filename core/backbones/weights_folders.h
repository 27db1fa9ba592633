#pragma once
#include <filesystem>

namespace adrep {

/// A folder that find_weights (backbone.h) looks in last, in this process. Not while another thread looks for weights.
void add_weights_folder(const std::filesystem::path& folder);

}  // namespace adrep
