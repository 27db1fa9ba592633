#include "core/image/jp2_reader.h"

#include <new>

#include "core/base/error.h"

namespace adrep {
namespace {

constexpr uint32_t kMaxPrecision = 16;

std::istream& stream_of(void* user) {
  return *static_cast<std::istream*>(user);
}

OPJ_SIZE_T on_jp2_read(void* into, OPJ_SIZE_T size, void* user) {
  std::istream& stream = stream_of(user);
  stream.clear();
  stream.read(static_cast<char*>(into), static_cast<std::streamsize>(size));
  return stream.gcount() > 0 ? static_cast<OPJ_SIZE_T>(stream.gcount()) : static_cast<OPJ_SIZE_T>(-1);
}

OPJ_BOOL on_jp2_seek(OPJ_OFF_T place, void* user) {
  std::istream& stream = stream_of(user);
  stream.clear();
  return stream.seekg(place) ? OPJ_TRUE : OPJ_FALSE;
}

OPJ_OFF_T on_jp2_skip(OPJ_OFF_T count, void* user) {
  std::istream& stream = stream_of(user);
  stream.clear();
  return stream.seekg(count, std::ios::cur) ? count : -1;
}

}  // namespace

Jp2Reader::Jp2Reader(const ImageSource& source, std::istream& stream, const char* format)
    : source_(source), stream_(stream), format_(format), codestream_(source, stream, format) {
  stream_.clear();
  stream_.seekg(0);
  codec_.reset(opj_create_decompress(codestream_.bare() ? OPJ_CODEC_J2K : OPJ_CODEC_JP2));
  input_.reset(opj_stream_default_create(OPJ_TRUE));
  if (!codec_ || !input_) throw std::bad_alloc();
  opj_set_error_handler(
      codec_.get(),
      [](const char* message, void* user) {
        auto& first = static_cast<Jp2Reader*>(user)->message_;
        if (first.empty()) first = message;
      },
      this);
  opj_stream_set_read_function(input_.get(), on_jp2_read);
  opj_stream_set_skip_function(input_.get(), on_jp2_skip);
  opj_stream_set_seek_function(input_.get(), on_jp2_seek);
  opj_stream_set_user_data(input_.get(), &stream_, nullptr);
  opj_stream_set_user_data_length(input_.get(), codestream_.bytes());
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  opj_image_t* image = nullptr;
  const bool read = opj_setup_decoder(codec_.get(), &parameters) && opj_read_header(input_.get(), codec_.get(), &image);
  image_.reset(image);
  if (!read || !image) fail();
  require_sane_components();
}

void Jp2Reader::require_sane_components() const {
  if (image_->numcomps < 1 || image_->x1 <= image_->x0 || image_->y1 <= image_->y0 || image_->x1 > INT32_MAX ||
      image_->y1 > INT32_MAX)
    source_.corrupt(format_, "its size makes no sense");
  for (uint32_t c = 0; c < image_->numcomps; ++c) {
    const opj_image_comp_t& component = image_->comps[c];
    if (component.prec > kMaxPrecision) source_.unsupported(format_, fmt::format("{} bits a sample", component.prec));
    const bool is_colour = c == 0 || (c < 3 && image_->numcomps > 2);
    if (is_colour && (component.sgnd != image_->comps[0].sgnd || component.prec != image_->comps[0].prec))
      source_.unsupported(format_, "colours of different kinds");
    if ((component.dx != 1 || component.dy != 1) && (image_->x0 != 0 || image_->y0 != 0))
      source_.unsupported(format_, "channels of lower resolution and an offset");
  }
}

Samples Jp2Reader::read() {
  const std::streamoff place = stream_.tellg();
  codestream_.require_tiles();
  stream_.clear();
  stream_.seekg(place);  // where OpenJPEG left it
  if (!opj_decode(codec_.get(), input_.get(), image_.get()) || !opj_end_decompress(codec_.get(), input_.get())) fail();
  require_sane_components();  // a palette has made new ones
  Samples samples(width(), height(), channels(), bits());
  for (int c = 0; c < samples.channels; ++c) {
    const opj_image_comp_t& component = image_->comps[c];
    if (!component.data || uint64_t{component.w} * component.dx < static_cast<uint64_t>(samples.width) ||
        uint64_t{component.h} * component.dy < static_cast<uint64_t>(samples.height))
      source_.corrupt(format_, "a channel is missing");
    const int mask = (1 << component.prec) - 1;
    for (int y = 0; y < samples.height; ++y) {
      const OPJ_INT32* from = component.data + size_t{static_cast<uint32_t>(y) / component.dy} * component.w;
      uint16_t* into = samples.row(y) + c;
      for (int x = 0; x < samples.width; ++x, into += samples.channels)
        *into = static_cast<uint16_t>(from[static_cast<uint32_t>(x) / component.dx] & mask);
    }
  }
  return samples;
}

void Jp2Reader::fail() const {
  std::string_view reason = message_;
  while (reason.ends_with('\n')) reason.remove_suffix(1);
  source_.corrupt(format_, reason.empty() ? "it cannot be decoded" : reason);
}

}  // namespace adrep
