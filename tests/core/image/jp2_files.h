#pragma once
// JPEG 2000 files made by OpenJPEG's own encoder, without loss.
#include <openjpeg.h>

#include "core/image/samples.h"
#include "core/image/test_images.h"

namespace adrep::test {

struct Jp2File {
  bool boxes = false;  ///< a JP2 file; else a bare codestream
  OPJ_COLOR_SPACE colours = OPJ_CLRSPC_UNSPECIFIED;
  int tile = 0;            ///< 0: one
  int precinct = 0;        ///< 0: one a resolution
  int halved_columns = 1;  ///< of the second channel and those behind it: 2 keeps every other column
  bool is_signed = false;

  std::string bytes(Samples samples) const {
    std::vector<opj_image_cmptparm_t> kinds(static_cast<size_t>(samples.channels));
    const auto width = static_cast<OPJ_UINT32>(samples.width), height = static_cast<OPJ_UINT32>(samples.height);
    for (size_t c = 0; c < kinds.size(); ++c) {
      kinds[c] = {};
      kinds[c].dx = c == 0 ? 1 : static_cast<OPJ_UINT32>(halved_columns);
      kinds[c].dy = 1;
      kinds[c].w = (width + kinds[c].dx - 1) / kinds[c].dx;
      kinds[c].h = height;
      kinds[c].prec = static_cast<OPJ_UINT32>(samples.bits);
      kinds[c].sgnd = is_signed;
    }
    opj_image_t* image = opj_image_create(static_cast<OPJ_UINT32>(kinds.size()), kinds.data(), colours);
    REQUIRE(image);
    image->x1 = width;
    image->y1 = height;
    for (size_t c = 0; c < kinds.size(); ++c) {
      for (OPJ_UINT32 y = 0; y < height; ++y)
        for (OPJ_UINT32 x = 0; x < kinds[c].w; ++x)
          image->comps[c].data[y * kinds[c].w + x] =
              samples.row(static_cast<int>(y))[size_t{x * kinds[c].dx} * kinds.size() + c];
    }
    const std::string result = encoded(image);
    opj_image_destroy(image);
    return result;
  }

 private:
  struct Output {
    std::string bytes;
    size_t place = 0;
  };

  std::string encoded(opj_image_t* image) const {
    opj_cparameters_t parameters;
    opj_set_default_encoder_parameters(&parameters);
    parameters.tcp_numlayers = 1;
    parameters.cp_disto_alloc = 1;
    parameters.tcp_mct = 0;
    parameters.numresolution = image->x1 < 8 || image->y1 < 8 ? 1 : 3;
    if (tile) parameters.tile_size_on = OPJ_TRUE, parameters.cp_tdx = parameters.cp_tdy = tile;
    if (precinct)
      parameters.csty = 1, parameters.res_spec = 1, parameters.prcw_init[0] = parameters.prch_init[0] = precinct;
    opj_codec_t* codec = opj_create_compress(boxes ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K);
    REQUIRE(opj_setup_encoder(codec, &parameters, image));
    Output output;
    opj_stream_t* stream = opj_stream_default_create(OPJ_FALSE);
    opj_stream_set_write_function(stream, [](void* from, OPJ_SIZE_T size, void* user) {
      Output& out = *static_cast<Output*>(user);
      out.bytes.resize(std::max(out.bytes.size(), out.place + size));
      out.bytes.replace(out.place, size, static_cast<const char*>(from), size);
      out.place += size;
      return size;
    });
    opj_stream_set_skip_function(stream, [](OPJ_OFF_T count, void* user) {
      static_cast<Output*>(user)->place += static_cast<size_t>(count);
      return count;
    });
    opj_stream_set_seek_function(stream, [](OPJ_OFF_T place, void* user) -> OPJ_BOOL {
      static_cast<Output*>(user)->place = static_cast<size_t>(place);
      return OPJ_TRUE;
    });
    opj_stream_set_user_data(stream, &output, nullptr);
    REQUIRE(opj_start_compress(codec, image, stream));
    REQUIRE(opj_encode(codec, stream));
    REQUIRE(opj_end_compress(codec, stream));
    opj_stream_destroy(stream);
    opj_destroy_codec(codec);
    return output.bytes;
  }
};

inline std::string codestream_of(const Samples& samples) {
  return Jp2File{}.bytes(samples);
}

}  // namespace adrep::test
