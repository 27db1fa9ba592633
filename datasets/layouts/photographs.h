#pragma once
#include <filesystem>

/// Layout "photographs": a folder of photographs of good parts and nothing else, for `adrep fit`. All images in it are
/// training images, those of sub-folders too; the class is named after the folder. There is nothing to test, so a run
/// refuses it, and it is never recognised by itself where a data set is expected.
namespace adrep {

/// Whether images lie in the folder itself and no sub-folder of it is one of good parts or of a split ("good",
/// "train"): then nothing but photographs can be meant.
bool holds_photographs(const std::filesystem::path& folder);

}  // namespace adrep
