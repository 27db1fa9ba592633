#pragma once
#include <istream>
#include <string_view>

namespace adrep {

/// The orientation 1 … 8 that the EXIF data of a JPEG, PNG (eXIf) or WebP say, read from the stream's beginning; 1
/// where there are none, they are damaged, or the file is of another format. A TIFF's own orientation is no matter of
/// this: its decoder follows it.
int exif_orientation(std::istream& file);

/// The same of the data themselves: a TIFF header with its first directory.
int orientation_in(std::string_view exif);

}  // namespace adrep
