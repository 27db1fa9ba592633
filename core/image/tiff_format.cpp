// TIFF through libtiff: the first page, strips or tiles, whatever compression libtiff knows.
#include <c10/util/Half.h>
#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "core/base/error.h"
#include "core/image/colour.h"
#include "core/image/image_format.h"
#include "core/image/orientation.h"

namespace adrep {
namespace {

constexpr const char* kTiff = "TIFF";
constexpr uint64_t kTiffRatio = 40'000;  // zstd's blocks and fax rows compress best
constexpr uint16_t kMaxSamples = 16;
constexpr uint64_t kMaxStack = uint64_t{1} << 29;  // pixels of all pages
constexpr tmsize_t kMaxAllocation = tmsize_t{2} << 30;

struct TiffHeader {
  uint32_t width = 0, height = 0;
  uint16_t bits = 1, samples = 1, photometric = PHOTOMETRIC_MINISBLACK, planar = PLANARCONFIG_CONTIG;
  uint16_t compression = COMPRESSION_NONE, sample_format = SAMPLEFORMAT_UINT, orientation = ORIENTATION_TOPLEFT;
  bool tiled = false, premultiplied = false;

  /// Samples of the colour itself, without extra ones.
  int colours() const { return photometric == PHOTOMETRIC_RGB ? 3 : photometric == PHOTOMETRIC_SEPARATED ? 4 : 1; }
  /// Colours, and the alpha they were multiplied with.
  int kept() const { return colours() + (premultiplied ? 1 : 0); }
  uint64_t max_ratio() const { return compression == COMPRESSION_NONE ? 1 : kTiffRatio; }
};

/// One open TIFF, reading from an ImageSource, with libtiff's first error kept for ours.
class TiffReader {
 public:
  explicit TiffReader(ImageSource& source) : source_(source) {
    TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, this);
    TIFFOpenOptionsSetWarningHandlerExtR(
        options, [](TIFF*, void*, const char*, const char*, va_list) { return 1; }, this);
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, kMaxAllocation);
    tiff_ = TIFFClientOpenExt(
        "image", "rm", &source, on_read, [](thandle_t, void*, tmsize_t) -> tmsize_t { return 0; }, on_seek,
        [](thandle_t) { return 0; }, [](thandle_t handle) { return from(handle).bytes(); }, nullptr, nullptr, options);
    TIFFOpenOptionsFree(options);
    if (!tiff_) fail();
  }
  ~TiffReader() { TIFFClose(tiff_); }
  TiffReader(const TiffReader&) = delete;
  TiffReader& operator=(const TiffReader&) = delete;

  TIFF* get() { return tiff_; }
  [[noreturn]] void fail() const { source_.corrupt(kTiff, message_[0] ? message_ : "it cannot be decoded"); }

 private:
  static ImageSource& from(thandle_t handle) { return *static_cast<ImageSource*>(handle); }

  static int on_error(TIFF*, void* user, const char*, const char* format, va_list arguments) {
    auto& reader = *static_cast<TiffReader*>(user);
    if (!reader.message_[0]) std::vsnprintf(reader.message_, sizeof reader.message_, format, arguments);
    return 1;
  }

  static tmsize_t on_read(thandle_t handle, void* into, tmsize_t size) {
    std::istream& stream = from(handle).stream();
    stream.clear();
    stream.read(static_cast<char*>(into), size);
    return static_cast<tmsize_t>(stream.gcount());
  }

  static toff_t on_seek(thandle_t handle, toff_t offset, int whence) {
    std::istream& stream = from(handle).stream();
    stream.clear();
    stream.seekg(static_cast<std::streamoff>(offset), whence == SEEK_SET   ? std::ios::beg
                                                      : whence == SEEK_CUR ? std::ios::cur
                                                                           : std::ios::end);
    return static_cast<toff_t>(stream.tellg());
  }

  ImageSource& source_;
  TIFF* tiff_ = nullptr;
  char message_[256] = "";
};

TiffHeader read_header(TiffReader& reader) {
  TIFF* tiff = reader.get();
  TiffHeader header;
  if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &header.width) ||
      !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &header.height))
    reader.fail();
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &header.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &header.samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &header.planar);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &header.compression);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &header.sample_format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &header.orientation);
  if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &header.photometric)) header.photometric = PHOTOMETRIC_MINISWHITE;
  uint16_t extra = 0, *kinds = nullptr;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extra, &kinds);
  header.tiled = TIFFIsTiled(tiff) != 0;
  if (header.photometric == PHOTOMETRIC_YCBCR && header.compression == COMPRESSION_JPEG &&
      header.planar == PLANARCONFIG_CONTIG) {
    TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    header.photometric = PHOTOMETRIC_RGB;
  }
  header.premultiplied =
      header.photometric == PHOTOMETRIC_RGB && header.samples > 3 && extra > 0 && kinds[0] == EXTRASAMPLE_ASSOCALPHA;
  return header;
}

void require_supported(const ImageSource& source, const TiffHeader& header) {
  if (header.bits != 1 && header.bits != 2 && header.bits != 4 && header.bits != 8 && header.bits != 16) {
    source.unsupported(kTiff, fmt::format("{} bits a sample", header.bits));
  }
  if (header.sample_format != SAMPLEFORMAT_UINT && header.sample_format != SAMPLEFORMAT_VOID)
    source.unsupported(kTiff, "signed or floating-point samples");
  switch (header.photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_RGB:
    case PHOTOMETRIC_SEPARATED:
      break;
    case PHOTOMETRIC_PALETTE:
      if (header.bits == 16) source.unsupported(kTiff, "a palette of 16 bits");
      break;
    default:
      source.unsupported(kTiff, fmt::format("colour space {}", header.photometric));
  }
  if (header.samples > kMaxSamples) source.unsupported(kTiff, fmt::format("{} samples a pixel", header.samples));
  if (header.samples < header.kept()) source.corrupt(kTiff, fmt::format("{} samples a pixel", header.samples));
}

/// Sample `index` of a packed row: 16-bit as its high byte (for a mask: 255 where not zero), fewer bits as stored.
/// The one bit of a mask is a truth value, which some writers call black: it is never inverted.
uint8_t sample(const uint8_t* row, size_t index, const TiffHeader& header, DecodeAs as) {
  const int bits = header.bits;
  const bool truth = as == DecodeAs::mask && bits == 1;
  const int inverted = header.photometric == PHOTOMETRIC_MINISWHITE && !truth ? (1 << bits) - 1 : 0;
  if (bits == 8) return static_cast<uint8_t>(row[index] ^ inverted);
  if (bits == 16) {
    uint16_t stored;
    std::memcpy(&stored, row + 2 * index, 2);
    const int value = stored ^ inverted;
    return static_cast<uint8_t>(as == DecodeAs::rgb ? value >> 8 : value != 0 ? 255 : 0);
  }
  const size_t bit = index * static_cast<size_t>(bits);
  const int value = row[bit / 8] >> (8 - bits - static_cast<int>(bit % 8)) & ((1 << bits) - 1);
  return static_cast<uint8_t>(value ^ inverted);
}

/// How the samples are stored: blocks (strips or tiles) of all samples, or one plane of blocks a sample.
struct Blocks {
  uint32_t width = 0, height = 0;
  uint64_t row_bytes = 0;
  bool separate = false;

  Blocks(TIFF* tiff, const TiffHeader& header) : width(header.width), separate(header.planar == PLANARCONFIG_SEPARATE) {
    if (header.tiled) {
      TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &width);
      TIFFGetField(tiff, TIFFTAG_TILELENGTH, &height);
    } else {
      TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &height);
      height = std::min(height, header.height);
    }
    row_bytes = (uint64_t{width} * header.bits * (separate ? 1 : header.samples) + 7) / 8;
  }
  uint64_t bytes() const { return row_bytes * height; }
};

/// Fills `block` with the strip or tile whose first pixel is (top, left).
void read_block(TiffReader& reader, const TiffHeader& header, const Blocks& blocks, uint32_t top, uint32_t left,
                int plane, std::vector<uint8_t>& block) {
  TIFF* tiff = reader.get();
  const auto part = static_cast<uint16_t>(plane);
  const uint32_t rows = header.tiled ? blocks.height : std::min(blocks.height, header.height - top);
  const auto expected = static_cast<tmsize_t>(blocks.row_bytes * rows);
  const tmsize_t got =
      header.tiled ? TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, left, top, 0, part), block.data(), expected)
                   : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, top, part), block.data(), expected);
  if (got != expected) reader.fail();
}

/// Puts the part of a block that lies inside the image to its place.
void place_block(const std::vector<uint8_t>& block, const TiffHeader& header, const Blocks& blocks, uint32_t top,
                 uint32_t left, int plane, DecodeAs as, Image& samples) {
  const uint32_t rows = std::min(blocks.height, header.height - top),
                 columns = std::min(blocks.width, header.width - left);
  const size_t stored = blocks.separate ? 1 : header.samples;
  const size_t kept = blocks.separate ? 1 : static_cast<size_t>(samples.channels);
  for (uint32_t y = 0; y < rows; ++y) {
    const uint8_t* row = &block[y * blocks.row_bytes];
    uint8_t* into = samples.at(static_cast<int>(top + y), static_cast<int>(left)) + plane;
    for (uint32_t x = 0; x < columns; ++x, into += samples.channels) {
      for (size_t i = 0; i < kept; ++i) into[i] = sample(row, x * stored + i, header, as);
    }
  }
}

void require_readable(const ImageSource& source, const TiffHeader& header, const Blocks& blocks) {
  source.check_size(kTiff, blocks.width, blocks.height, blocks.bytes(), header.max_ratio());
  if (blocks.bytes() > uint64_t{kMaxAllocation})
    source.unsupported(kTiff, fmt::format("blocks of {} bytes", blocks.bytes()));
}

/// All kept samples, one byte each, header.kept() a pixel.
Image read_samples(ImageSource& source, TiffReader& reader, const TiffHeader& header, DecodeAs as) {
  const Blocks blocks(reader.get(), header);
  require_readable(source, header, blocks);
  std::vector<uint8_t> block(blocks.bytes());
  Image samples(static_cast<int>(header.width), static_cast<int>(header.height), header.kept());
  for (int plane = 0; plane < (blocks.separate ? header.kept() : 1); ++plane) {
    for (uint32_t top = 0; top < header.height; top += blocks.height) {
      for (uint32_t left = 0; left < header.width; left += blocks.width) {
        read_block(reader, header, blocks, top, left, plane, block);
        place_block(block, header, blocks, top, left, plane, as, samples);
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

/// 255 where any colour sample is not zero.
Image nonzero_of(const Image& samples, int colours) {
  Image mask(samples.width, samples.height, 1);
  const uint8_t* from = samples.pixels.data();
  for (uint8_t& value : mask.pixels) {
    value = std::any_of(from, from + colours, [](uint8_t s) { return s != 0; }) ? 255 : 0;
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
      is_float ? header.bits == 16 || header.bits == 32 || header.bits == 64 : header.bits == 8 || header.bits == 16;
  return known ? "" : fmt::format("{} bits a sample", header.bits);
}

/// Sample `index` of a row in this machine's byte order, as libtiff gives it.
double grey_value(const uint8_t* row, size_t index, const TiffHeader& header) {
  const auto load = [&](auto stored) {
    std::memcpy(&stored, row + sizeof(stored) * index, sizeof(stored));
    return stored;
  };
  if (header.bits == 8) return row[index];
  if (header.bits == 32) return load(float());
  if (header.bits == 64) return load(double());
  if (header.sample_format == SAMPLEFORMAT_IEEEFP) return static_cast<float>(load(c10::Half()));
  return load(uint16_t());
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
  const TiffHeader header = read_header(reader);
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
  const Blocks blocks(reader.get(), header);
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
  const TiffHeader header = read_header(reader);
  source.check_size(kTiff, header.width, header.height, 0, 1);
  const ImageSize size{static_cast<int>(header.width), static_cast<int>(header.height)};
  return {.size = turned(header.orientation) ? ImageSize{size.height, size.width} : size,
          .bits = header.bits,
          .white_is_zero = header.photometric == PHOTOMETRIC_MINISWHITE};
}

Image decode_tiff(ImageSource& source, DecodeAs as) {
  TiffReader reader(source);
  const TiffHeader header = read_header(reader);
  const uint64_t row_bytes = (uint64_t{header.width} * header.bits * header.samples + 7) / 8;
  source.check_size(kTiff, header.width, header.height, row_bytes * header.height, header.max_ratio());
  require_supported(source, header);
  Image samples = read_samples(source, reader, header, as);
  if (as == DecodeAs::mask && header.bits == 16)
    return upright(nonzero_of(samples, header.colours()), header.orientation);
  Image rgb = upright(rgb_of(samples, header, reader, as), header.orientation);
  return as == DecodeAs::mask ? largest_of(rgb) : rgb;
}

}  // namespace

const ImageFormat tiff_format{is_tiff, read_tiff_header, decode_tiff, decode_tiff_grey, count_tiff_pages};

}  // namespace adrep
