// JPEG 2000 files through OpenJPEG.
#include "core/base/error.h"
#include "core/image/jp2_reader.h"

namespace adrep {
namespace {

constexpr const char* kJp2 = "JPEG 2000";

ImageHeader read_jp2_header(ImageSource& source) {
  const Jp2Reader reader(source, source.stream(), kJp2);
  return {.size = {reader.width(), reader.height()}, .bits = reader.bits()};
}

Image decode_jp2(ImageSource& source, const DecodeRequest& request) {
  Jp2Reader reader(source, source.stream(), kJp2);
  // no ratio: one colour needs hardly a byte
  source.check_size(kJp2, static_cast<uint64_t>(reader.width()), static_cast<uint64_t>(reader.height()), 0, 1);
  if (reader.is_signed()) source.unsupported(kJp2, "signed samples");
  Samples samples = reader.read();
  const OPJ_COLOR_SPACE colours = reader.colours();
  if (colours == OPJ_CLRSPC_CMYK || colours == OPJ_CLRSPC_EYCC) source.unsupported(kJp2, "CMYK or e-YCC colours");
  if (samples.channels > 4) source.unsupported(kJp2, fmt::format("{} components", samples.channels));
  if (samples.bits < 8) source.unsupported(kJp2, fmt::format("{} bits a sample", samples.bits));
  if (colours == OPJ_CLRSPC_SYCC && samples.channels >= 3) take_rgb_of_ycc(samples);
  return image_of(samples, request);
}

}  // namespace

const ImageFormat jp2_format{is_jpeg2000, read_jp2_header, decode_jp2};

}  // namespace adrep
