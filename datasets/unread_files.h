#pragma once
#include <string>
#include <vector>

#include "datasets/listing.h"

/// Photographs in folders of images that no decoder reads: half a class may be missing without a word.
namespace adrep {

/// True for a file that is a photograph by its extension and that no decoder reads: HEIC, AVIF, raw files of cameras …
bool is_unread_photograph(const std::string& name);

/// "12 of 22 files in FOLDER are not read: .heic (save them as JPEG or PNG)", or "" where all that is left out is no
/// photograph by its name (notes, tables) and is less than half of the files. `files`: the names in `folder`.
std::string unread_text(const std::string& folder, const std::vector<std::string>& files);

/// Adds that line to the notes on the class's files. `folder`: relative to the root; the line names it below the class.
void note_unread(const std::string& folder, const std::vector<std::string>& files, ClassSplit& split);

/// Throws InputError when the class has no training images and a note says which files are not read.
void refuse_without_readable(const ClassSplit& split, const RootFolder& root);

}  // namespace adrep
