#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/image/image.h"
#include "core/image/image_file.h"

namespace adrep {

struct DecodeLimits {
  int64_t max_pixels = 200'000'000;  ///< refused before decoding when the header says more
};

/// Decodes JPEG, PNG, BMP, TIFF, WebP or JPEG 2000 (by content, not by name) to 8-bit RGB as Pillow's convert("RGB")
/// does: grey is repeated, a palette applied, alpha dropped. EXIF orientation is ignored unless file.reading says
/// otherwise, and a TIFF's own orientation followed, both as Pillow does. Differences from Pillow: values of more than
/// 8 bits keep their high byte (Pillow clips at 255), those of 16 bits of as many as file.reading says, floating-point
/// TIFFs need its range (NaN is black), and a JPEG with damaged or missing data is refused (Pillow may fill it with
/// grey). Throws InputError naming the file and what is wrong, a plain Error when its content is not the expected one:
/// the file was replaced meanwhile.
Image decode_rgb(const ImageFile& file, const DecodeLimits& limits = {});

/// Decodes a mask to one channel: the largest colour of each pixel of decode_rgb, so that a pixel is not 0 where any
/// colour is not, after a palette is applied and whatever alpha says. Two differences: samples of more than 8 bits are
/// rounded up (mask_value), and in a TIFF of one bit the stored 1 is 255 whether the file calls it white or black.
/// Throws as decode_rgb does.
Image decode_mask(const ImageFile& file, const DecodeLimits& limits = {});

/// The mask of an image. Where image.reading turns images, it is turned with its image when it has the image's stored
/// size, and else taken to be upright already.
Image decode_mask_of(const ImageFile& mask, const ImageFile& image);

/// How often each value stands in the colours of a 16-bit image file, as stored: 65536 counts. Empty for others.
using ValueCounts = std::vector<uint64_t>;
ValueCounts count_values(const std::filesystem::path& file);

/// The values of a one-channel image as stored, [height, width] row by row.
struct GreyValues {
  int width = 0, height = 0;
  std::vector<double> values;
  bool fits_float = true;  ///< every type of these values is exact in float32
};

/// Decodes a grey PNG (up to 16 bits) or all pages of a TIFF of one channel (8 to 16 bits, float16, float32 or float64)
/// at full precision; previews among a TIFF's pages are left out. Throws InputError for anything else: colours are no
/// values.
std::vector<GreyValues> decode_grey_pages(const std::filesystem::path& file, const DecodeLimits& limits = {});
/// The same of a file with one page; throws InputError where there are more.
GreyValues decode_grey(const std::filesystem::path& file, const DecodeLimits& limits = {});

/// Pages of an image file as decode_grey_pages takes them; 1 but for a TIFF.
int64_t page_count(const std::filesystem::path& file);

/// Width and height, as decode_rgb gives the image, from the header only; its content may be any.
struct ImageSize {
  int width = 0, height = 0;
  bool operator==(const ImageSize&) const = default;
};
ImageSize read_image_size(const ImageFile& file);

/// What else the header of a file says.
struct ImageHeader {
  ImageSize size;              ///< of what decode_rgb gives without an orientation applied
  int bits = 8;                ///< a stored sample
  int orientation = 1;         ///< of its EXIF data, 1 … 8; 1 of a TIFF, which is upright when decoded
  bool white_is_zero = false;  ///< a grey TIFF calls its 0 white: of one bit, other programs read the mask inverted
};
ImageHeader read_image_header(const std::filesystem::path& file);

/// True for file names with an image extension that we decode (any case), except macOS "._" files.
bool is_image_name(const std::filesystem::path& file);

}  // namespace adrep
