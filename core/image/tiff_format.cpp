// TIFF through libtiff: the first page, strips or tiles, whatever compression libtiff or tiff_streams.h knows.
#include <c10/util/Half.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "core/base/error.h"
#include "core/image/colour.h"
#include "core/image/mask_rule.h"
#include "core/image/orientation.h"
#include "core/image/samples.h"
#include "core/image/tiff_blocks.h"
#include "core/image/wide_jpeg.h"

namespace adrep {
namespace {

constexpr uint16_t kMaxSamples = 16;
constexpr uint64_t kMaxStack = uint64_t{1} << 29;  // pixels of all pages

/// Of a compression that this libtiff has no decoder for.
std::string compression_name(int compression) {
  switch (compression) {
    case 22610:
    case 34892:
      return "JPEG XR or lossy DNG compression";
    case 50002:
    case 52546:
      return "JPEG XL compression";
    default:
      return fmt::format("compression {}", compression);
  }
}

void require_decoder(const ImageSource& source, TIFF* tiff, const TiffHeader& header) {
  if (header.stream == TiffStream::none && !TIFFIsCODECConfigured(header.compression))
    source.unsupported(kTiff, compression_name(header.compression));
  if (header.stream == TiffStream::wide_jpeg && !reads_wide_jpeg())
    source.unsupported(kTiff, "12-bit or lossless JPEG compression");
  if (header.stream != TiffStream::none && (header.is_float() || header.bits > 16))
    source.unsupported(kTiff, fmt::format("{}-bit or floating-point samples in another format's images", header.bits));
  uint16_t predictor = PREDICTOR_NONE;
  TIFFGetField(tiff, TIFFTAG_PREDICTOR, &predictor);
  if (predictor != PREDICTOR_NONE && header.bits % 8 != 0)
    source.unsupported(kTiff, fmt::format("a predictor of {}-bit samples", header.bits));
}

void require_samples(const ImageSource& source, const TiffHeader& header, const DecodeRequest& request) {
  if (header.is_float()) {
    if (header.bits != 16 && header.bits != 32 && header.bits != 64)
      source.unsupported(kTiff, fmt::format("floating-point samples of {} bits", header.bits));
    if (request.as == DecodeAs::rgb && !request.reading.range)
      throw_input(
          "{}: TIFF with floating-point samples needs a range: set image.range=LOW:HIGH (what is black and what is "
          "white), or convert it to an 8-bit PNG",
          source.name());
    return;
  }
  const bool few = header.bits == 1 || header.bits == 2 || header.bits == 4;
  if (!few && (header.bits < 8 || header.bits > 16))
    source.unsupported(kTiff, fmt::format("{} bits a sample", header.bits));
  // Pillow reads signed bytes as if they had no sign
  const bool signed_bytes = header.sample_format == SAMPLEFORMAT_INT && header.bits == 8;
  if (header.sample_format != SAMPLEFORMAT_UINT && header.sample_format != SAMPLEFORMAT_VOID && !signed_bytes)
    source.unsupported(kTiff, "signed or complex samples");
}

void require_supported(TiffReader& reader, const TiffHeader& header, const DecodeRequest& request) {
  const ImageSource& source = reader.source();
  require_decoder(source, reader.get(), header);
  require_samples(source, header, request);
  switch (header.photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_RGB:
    case PHOTOMETRIC_SEPARATED:
      break;
    case PHOTOMETRIC_PALETTE:
      if (header.bits > 8) source.unsupported(kTiff, fmt::format("a palette of {} bits", header.bits));
      break;
    default:
      source.unsupported(kTiff, fmt::format("colour space {}", header.photometric));
  }
  if (header.samples > kMaxSamples) source.unsupported(kTiff, fmt::format("{} samples a pixel", header.samples));
  if (header.samples < header.kept()) source.corrupt(kTiff, fmt::format("{} samples a pixel", header.samples));
}

/// Sample `index` of a row of whole numbers of 1 … 16 bits.
int whole_value(const uint8_t* row, size_t index, int bits) {
  if (bits == 8) return row[index];
  if (bits == 16) {
    uint16_t value;
    std::memcpy(&value, row + 2 * index, 2);
    return value;
  }
  const size_t first = index * static_cast<size_t>(bits), last = first + static_cast<size_t>(bits) - 1;
  uint32_t value = 0;  // up to three bytes that hold it
  for (size_t byte = first / 8; byte <= last / 8; ++byte) value = value << 8 | row[byte];
  return static_cast<int>(value >> (7 - last % 8) & ((1U << bits) - 1));
}

/// Sample `index` of a row.
double grey_value(const uint8_t* row, size_t index, const TiffHeader& header) {
  const auto load = [&](auto stored) {
    std::memcpy(&stored, row + sizeof(stored) * index, sizeof(stored));
    return stored;
  };
  if (header.bits == 32) return load(float());
  if (header.bits == 64) return load(double());
  if (header.is_float()) return static_cast<float>(load(c10::Half()));
  return whole_value(row, index, header.bits);
}

/// A value on its range as 0 … 255, rounded to the nearest.
uint8_t on_range(double value, const std::array<double, 2>& range) {
  const double place = (value - range[0]) / (range[1] - range[0]);
  return place > 0 ? static_cast<uint8_t>(std::lround(std::min(place, 1.0) * 255)) : 0;  // NaN is 0, too
}

/// A sample of more than 8 bits as 8 bits; of a floating-point mask 255 where not zero.
uint8_t wide_sample(const uint8_t* row, size_t index, const TiffHeader& header, const DecodeRequest& request) {
  const bool white_first = header.photometric == PHOTOMETRIC_MINISWHITE, mask = request.as == DecodeAs::mask;
  if (header.is_float()) {
    const double value = grey_value(row, index, header);
    if (mask) return value != 0 ? 255 : 0;
    const uint8_t eight = on_range(value, *request.reading.range);
    return white_first ? static_cast<uint8_t>(255 - eight) : eight;
  }
  const int bits = header.bits, value = whole_value(row, index, bits);
  if (request.counts && bits == 16) ++(*request.counts)[static_cast<size_t>(value)];
  if (mask) return mask_value(white_first ? (1 << bits) - 1 - value : value, bits);
  const uint8_t eight = eight_bits_of(value, bits, request.reading);
  return white_first ? static_cast<uint8_t>(255 - eight) : eight;
}

/// Sample `index` of a packed row: above 8 bits as wide_sample, below as stored. The one bit of a mask is a truth
/// value, which some writers call black: it is never inverted.
uint8_t sample(const uint8_t* row, size_t index, const TiffHeader& header, const DecodeRequest& request) {
  const int bits = header.bits;
  if (bits > 8) return wide_sample(row, index, header, request);
  const bool truth = bits == 1 && request.as == DecodeAs::mask;
  const int inverted = header.photometric == PHOTOMETRIC_MINISWHITE && !truth ? (1 << bits) - 1 : 0;
  return static_cast<uint8_t>(whole_value(row, index, bits) ^ inverted);
}

/// Puts the part of a block that lies inside the image to its place.
void place_block(const std::vector<uint8_t>& block, const TiffHeader& header, const TiffBlocks& blocks, uint32_t top,
                 uint32_t left, int plane, const DecodeRequest& request, Image& samples) {
  const uint32_t rows = std::min(blocks.height, header.height - top),
                 columns = std::min(blocks.width, header.width - left);
  const size_t stored = blocks.samples;
  const size_t kept = blocks.separate ? 1 : static_cast<size_t>(samples.channels);
  for (uint32_t y = 0; y < rows; ++y) {
    const uint8_t* row = &block[y * blocks.row_bytes];
    uint8_t* into = samples.at(static_cast<int>(top + y), static_cast<int>(left)) + plane;
    for (uint32_t x = 0; x < columns; ++x, into += samples.channels) {
      for (size_t i = 0; i < kept; ++i) into[i] = sample(row, x * stored + i, header, request);
    }
  }
}

/// All kept samples, one byte each, header.kept() a pixel.
Image read_samples(ImageSource& source, TiffReader& reader, const TiffHeader& header, const DecodeRequest& request) {
  const TiffBlocks blocks(reader.get(), header);
  require_readable(source, header, blocks);
  std::vector<uint8_t> block(blocks.bytes());
  Image samples(static_cast<int>(header.width), static_cast<int>(header.height), header.kept());
  for (int plane = 0; plane < (blocks.separate ? header.kept() : 1); ++plane) {
    for (uint32_t top = 0; top < header.height; top += blocks.height) {
      for (uint32_t left = 0; left < header.width; left += blocks.width) {
        read_block(reader, header, blocks, top, left, plane, block);
        place_block(block, header, blocks, top, left, plane, request, samples);
      }
    }
  }
  return samples;
}

/// The palette as 256 RGB pixels, high bytes of its 16-bit values; in a mask at least 1 where a value is not zero.
Image read_palette(TiffReader& reader, const TiffHeader& header, DecodeAs as) {
  uint16_t* channels[3] = {};
  if (!TIFFGetField(reader.get(), TIFFTAG_COLORMAP, &channels[0], &channels[1], &channels[2])) reader.fail();
  Image palette(256, 1, 3);
  for (int i = 0; i < 1 << header.bits; ++i) {
    for (int channel = 0; channel < 3; ++channel) {
      const int value = channels[channel][i], least = as == DecodeAs::mask && value != 0 ? 1 : 0;
      palette.at(0, i)[channel] = static_cast<uint8_t>(std::max(value >> 8, least));
    }
  }
  return palette;
}

void undo_premultiplication(const uint8_t* rgba, uint8_t* rgb) {
  const int alpha = rgba[3];
  for (int channel = 0; channel < 3; ++channel) {
    const int value = rgba[channel];
    rgb[channel] = static_cast<uint8_t>(alpha == 0 ? value : std::min(255, 255 * value / alpha));
  }
}

Image rgb_of(const Image& samples, const TiffHeader& header, TiffReader& reader, DecodeAs as) {
  const bool indexed = header.photometric == PHOTOMETRIC_PALETTE;
  const Image palette = indexed ? read_palette(reader, header, as) : Image();
  const int scale = header.bits < 8 ? 255 / ((1 << header.bits) - 1) : 1;
  Image rgb(samples.width, samples.height, 3);
  const uint8_t* from = samples.pixels.data();
  for (uint8_t *into = rgb.pixels.data(), *end = into + rgb.pixels.size(); into != end;
       into += 3, from += samples.channels) {
    if (indexed) {
      std::copy_n(palette.at(0, from[0]), 3, into);
    } else if (header.photometric == PHOTOMETRIC_SEPARATED) {
      rgb_from_cmyk(from, into);
    } else if (header.premultiplied) {
      undo_premultiplication(from, into);
    } else {
      for (int channel = 0; channel < 3; ++channel)
        into[channel] = static_cast<uint8_t>(from[channel % samples.channels] * scale);
    }
  }
  return rgb;
}

/// The largest colour sample of each pixel.
Image largest_sample_of(const Image& samples, int colours) {
  Image mask(samples.width, samples.height, 1);
  const uint8_t* from = samples.pixels.data();
  for (uint8_t& value : mask.pixels) {
    value = *std::max_element(from, from + colours);
    from += samples.channels;
  }
  return mask;
}

/// Why a TIFF holds no plain values, or "".
std::string why_no_values(const TiffHeader& header) {
  const bool is_float = header.sample_format == SAMPLEFORMAT_IEEEFP;
  if (!is_float && header.sample_format != SAMPLEFORMAT_UINT && header.sample_format != SAMPLEFORMAT_VOID)
    return "signed or complex samples";
  if (header.samples != 1) return fmt::format("{} samples a pixel", header.samples);
  if (header.photometric != PHOTOMETRIC_MINISBLACK) return fmt::format("colour space {}", header.photometric);
  if (header.orientation != ORIENTATION_TOPLEFT) return "rows that do not begin at the top left";
  const bool known =
      is_float ? header.bits == 16 || header.bits == 32 || header.bits == 64 : header.bits >= 8 && header.bits <= 16;
  return known ? "" : fmt::format("{} bits a sample", header.bits);
}

/// True for a smaller preview or a mask of another page.
bool is_side_page(TIFF* tiff) {
  uint32_t kind = 0;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SUBFILETYPE, &kind);
  return (kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) != 0;
}

/// Throws InputError where ImageJ's own form hides further images behind a single page.
void refuse_hidden_images(const ImageSource& source, TIFF* tiff, size_t pages) {
  char* text = nullptr;
  if (!TIFFGetField(tiff, TIFFTAG_IMAGEDESCRIPTION, &text) || !text) return;
  const std::string_view description(text);
  const size_t place = description.find("images=");
  if (!description.starts_with("ImageJ=") || place == description.npos) return;
  uint64_t images = 0;
  for (size_t i = place + 7; i < description.size() && description[i] >= '0' && description[i] <= '9'; ++i)
    if (images < 1'000'000) images = 10 * images + static_cast<uint64_t>(description[i] - '0');
  if (images > pages)
    throw_input("{}: ImageJ wrote {} images into it and {} as pages: save it as a TIFF with a page an image",
                source.name(), images, pages);
}

/// What the pages of a stack take so far.
struct StackSize {
  uint64_t pixels = 0, stored = 0;  ///< stored: bytes at the least
};

/// The page that the reader stands at.
GreyValues read_grey_page(ImageSource& source, TiffReader& reader, StackSize& before) {
  const TiffHeader header = header_of(reader);
  const uint64_t row_bytes = (uint64_t{header.width} * header.bits * header.samples + 7) / 8;
  source.check_size(kTiff, header.width, header.height, row_bytes * header.height, header.max_ratio());
  before.stored += row_bytes * header.height / header.max_ratio();  // pages that share their data are no stack
  if (before.stored > source.bytes()) source.corrupt(kTiff, "more pages than its bytes can hold");
  before.pixels += uint64_t{header.width} * header.height;
  if (before.pixels > kMaxStack)
    throw_input("{}: a TIFF stack of more than {} pixels: save it as npy, which is read where it lies", source.name(),
                kMaxStack);
  if (const std::string reason = why_no_values(header); !reason.empty())
    throw_input("{}: a TIFF with {} holds no scores: save them as float32, one sample a pixel", source.name(), reason);
  require_decoder(source, reader.get(), header);
  const TiffBlocks blocks(reader.get(), header);
  require_readable(source, header, blocks);
  std::vector<uint8_t> block(blocks.bytes());
  GreyValues grey{static_cast<int>(header.width), static_cast<int>(header.height), {}, header.bits < 64};
  grey.values.resize(size_t{header.width} * header.height);
  for (uint32_t top = 0; top < header.height; top += blocks.height) {
    for (uint32_t left = 0; left < header.width; left += blocks.width) {
      read_block(reader, header, blocks, top, left, 0, block);
      for (uint32_t y = 0; y < std::min(blocks.height, header.height - top); ++y)
        for (uint32_t x = 0; x < std::min(blocks.width, header.width - left); ++x)
          grey.values[size_t{top + y} * header.width + left + x] = grey_value(&block[y * blocks.row_bytes], x, header);
    }
  }
  return grey;
}

std::vector<GreyValues> decode_tiff_grey(ImageSource& source) {
  TiffReader reader(source);
  std::vector<GreyValues> pages;
  StackSize size;
  do {
    if (pages.empty() || !is_side_page(reader.get())) pages.push_back(read_grey_page(source, reader, size));
  } while (TIFFReadDirectory(reader.get()));
  TIFFSetDirectory(reader.get(), 0);
  refuse_hidden_images(source, reader.get(), pages.size());
  return pages;
}

int64_t count_tiff_pages(ImageSource& source) {
  TiffReader reader(source);
  int64_t pages = 1;
  while (TIFFReadDirectory(reader.get())) pages += !is_side_page(reader.get());
  return pages;
}

bool is_tiff(std::string_view first) {
  using namespace std::string_view_literals;
  return first.starts_with("II*\0"sv) || first.starts_with("MM\0*"sv) || first.starts_with("II+\0"sv) ||
         first.starts_with("MM\0+"sv);
}

ImageHeader read_tiff_header(ImageSource& source) {
  TiffReader reader(source);
  const TiffHeader header = header_of(reader);
  source.check_size(kTiff, header.width, header.height, 0, 1);
  const ImageSize size{static_cast<int>(header.width), static_cast<int>(header.height)};
  return {.size = turned(header.orientation) ? ImageSize{size.height, size.width} : size,
          .bits = header.is_float() ? 0 : header.bits,
          .white_is_zero = header.photometric == PHOTOMETRIC_MINISWHITE};
}

Image decode_tiff(ImageSource& source, const DecodeRequest& request) {
  const DecodeAs as = request.as;
  TiffReader reader(source);
  const TiffHeader header = header_of(reader);
  const uint64_t row_bytes = (uint64_t{header.width} * header.bits * header.samples + 7) / 8;
  source.check_size(kTiff, header.width, header.height, row_bytes * header.height, header.max_ratio());
  require_supported(reader, header, request);
  Image samples = read_samples(source, reader, header, request);
  if (as == DecodeAs::mask && header.bits > 8)
    return upright(largest_sample_of(samples, header.colours()), header.orientation);
  Image rgb = upright(rgb_of(samples, header, reader, as), header.orientation);
  return as == DecodeAs::mask ? largest_of(rgb) : rgb;
}

}  // namespace

const ImageFormat tiff_format{is_tiff, read_tiff_header, decode_tiff, decode_tiff_grey, count_tiff_pages};

}  // namespace adrep
