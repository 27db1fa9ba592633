// PNG through libpng.
#include "core/base/error.h"
#include "core/image/colour.h"
#include "core/image/png_reader.h"

namespace adrep {
namespace {

constexpr const char* kPng = "PNG";
constexpr uint64_t kPngRatio = 1040;  // deflate's best is 1032

void require_size(const ImageSource& source, const PngReader& reader) {
  const auto width = static_cast<uint64_t>(reader.width()), height = static_cast<uint64_t>(reader.height());
  source.check_size(kPng, width, height, reader.row_bytes() * height, kPngRatio);
}

Image decode_as_rgb(PngReader& reader) {
  reader.convert_to_rgb();
  return reader.read_image(3);
}

Image decode_as_mask(PngReader& reader) {
  if (reader.colour_type() & PNG_COLOR_MASK_COLOR) return largest_of(decode_as_rgb(reader));
  reader.convert_to_grey();
  return reader.read_image(1);
}

std::vector<GreyValues> decode_png_grey(ImageSource& source) {
  PngReader reader(source, source.stream(), kPng);
  if (reader.colour_type() != PNG_COLOR_TYPE_GRAY)
    throw_input("{}: a PNG with colours or alpha holds no scores: save them as 16-bit grey PNG, npy or float32 TIFF",
                source.name());
  require_size(source, reader);
  reader.keep_values();
  const Samples samples = reader.read_samples();
  GreyValues grey{samples.width, samples.height, {}};
  grey.values.assign(samples.values.begin(), samples.values.end());
  return {std::move(grey)};
}

bool is_png(std::string_view first) {
  return first.starts_with("\x89PNG\r\n\x1A\n");
}

ImageHeader read_png_header(ImageSource& source) {
  const PngReader reader(source, source.stream(), kPng);
  return {.size = {reader.width(), reader.height()}, .bits = reader.depth()};
}

Image decode_png(ImageSource& source, const DecodeRequest& request) {
  PngReader reader(source, source.stream(), kPng);
  require_size(source, reader);
  if (reader.depth() == 16) {
    reader.keep_values();
    return image_of(reader.read_samples(), request);
  }
  return request.as == DecodeAs::rgb ? decode_as_rgb(reader) : decode_as_mask(reader);
}

}  // namespace

const ImageFormat png_format{is_png, read_png_header, decode_png, decode_png_grey};

}  // namespace adrep
