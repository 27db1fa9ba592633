// TIFFs whose strips or tiles are JPEG streams of more than 8 bits or without loss.
#include "core/image/stream_tiff.h"
#include "core/image/wide_jpeg_files.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("TIFFs of JPEG without loss or of 12 bits give their pixels", "[image]") {
  const TemporaryFolder folder;
  for (const int channels : {1, 3}) {
    const Samples samples = noise_samples(37, 29, channels, 16, 12);
    StreamTiff tiff = one_strip(samples, COMPRESSION_JPEG);
    tiff.tile = 16;
    const auto lossless = [](const Samples& part) { return lossless_jpeg(part); };
    check_wide(tiff.write(folder / "tiles.tif", blocks_of(samples, 0, 16, lossless)), samples);
    tiff.tile = 0;
    tiff.tables = "\xFF\xD8" + jpeg_table(0, 17) + "\xFF\xD9";
    check_wide(tiff.write(folder / "tables.tif", {lossless_jpeg(samples, false)}), samples);
    const Samples eight = noise_samples(11, 5, channels, 8, 13);
    check_wide(one_strip(eight, COMPRESSION_JPEG).write(folder / "8.tif", {lossless_jpeg(eight)}), eight);
    const Samples twelve = blocks_of_noise(24, 16, channels);
    check_wide(one_strip(twelve, COMPRESSION_JPEG).write(folder / "12.tif", {flat_jpeg_of_12_bits(twelve)}), twelve);
  }
}

TEST_CASE("wide JPEG that contradicts the TIFF's header is corrupt", "[image]") {
  const TemporaryFolder folder;
  const Samples samples = noise_samples(12, 9, 1, 12, 15);
  std::string huge = lossless_jpeg(samples);
  huge.replace(huge.find("\xFF\xC3") + 5, 4, "\xEA\x60\xEA\x60");
  const StreamTiff tiff = one_strip(samples, COMPRESSION_JPEG);
  CHECK_THAT(decode_error_of(tiff.write(folder / "huge.tif", {huge})),
             Catch::Contains(unless_unsupported("its size is 60000 × 60000")));
  CHECK_THAT(decode_error_of(tiff.write(folder / "rgb.tif", {lossless_jpeg(noise_samples(12, 9, 3, 12, 1))})),
             Catch::Contains(unless_unsupported("3 samples a pixel, 1 by the TIFF's header")));
  CHECK_THAT(decode_error_of(tiff.write(folder / "16.tif", {lossless_jpeg(noise_samples(12, 9, 1, 16, 1))})),
             Catch::Contains(unless_unsupported("16 bits a sample, 12 by the TIFF's header")));
}
