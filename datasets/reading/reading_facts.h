#pragma once
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "datasets/reading/image_reading_settings.h"

namespace adrep {

/// What the files of a class's training images say of how they are to be read.
struct ReadingFacts {
  int64_t images = 0;       ///< whose headers were read
  int64_t not_upright = 0;  ///< of these, those with an EXIF orientation other than upright
  int64_t wide = 0;         ///< of these, those of 16 bits
  int64_t levels = 0;       ///< distinct values in the first 16-bit images
  int largest = 0;          ///< of these values

  /// The fewest of 8, 10, 12, 14 and 16 bits that hold the largest value; 16 without 16-bit images.
  int bits() const;
};

/// Reads the headers of at most `most` images, evenly spread over the list (0: of all), and the values of the first
/// eight with 16 bits. What cannot be read is left out.
ReadingFacts reading_facts(const std::vector<Sample>& train, size_t most);

/// What a reader of numbers should know of images that are read like this: of 16-bit files that use fewer or more bits,
/// and of orientations. One line each, without the class.
struct ReadingNotes {
  std::string bits, orientation;  ///< "" where there is nothing to say
};
ReadingNotes reading_notes(const ReadingFacts& facts, const ImageReadingSettings& settings);

}  // namespace adrep
