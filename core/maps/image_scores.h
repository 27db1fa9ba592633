#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace adrep {

/// Image scores beside the maps: an array [N] (npy; FILE:NAME for npz and safetensors) in the order of the images, or a
/// CSV with the columns name,score. Throws InputError for another number of scores, a name that is no image's, an image
/// without a score, and scores that are not finite.
std::vector<std::optional<double>> read_image_scores(const std::filesystem::path& file,
                                                     const std::vector<std::string>& names);

}  // namespace adrep
