// JPEG of more than 8 bits and without loss: read where this build has a decoder for it, else not supported.
#include "core/image/wide_jpeg_files.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("JPEG without loss gives its pixels, of 8 to 16 bits, grey and RGB", "[image]") {
  const TemporaryFolder folder;
  for (int bits = 8; bits <= 16; ++bits) {
    for (const int channels : {1, 3}) {
      INFO(bits << " bits, " << channels << " channels");
      const Samples samples = noise_samples(33, 17, channels, bits, static_cast<uint64_t>(bits));
      check_wide(write_bytes(folder / "image.jpg", lossless_jpeg(samples)), samples);
    }
  }
}

TEST_CASE("JPEG of 12 bits gives its pixels", "[image]") {
  const TemporaryFolder folder;
  for (const int channels : {1, 3}) {
    const Samples samples = blocks_of_noise(33, 17, channels);
    check_wide(write_bytes(folder / "image.jpg", flat_jpeg_of_12_bits(samples)), samples);
  }
}

TEST_CASE("16-bit JPEG of fewer bits is counted and scaled", "[image]") {
  const TemporaryFolder folder;
  Samples samples(4, 1, 1, 16);
  samples.values = {0, 511, 1023, 1024};
  ImageFile file = write_bytes(folder / "image.jpg", lossless_jpeg(samples));
  if (!reads_wide_jpeg()) {
    CHECK(decode_error_of(file.path).find("is not supported") != std::string::npos);
    return;
  }
  CHECK(count_values(file.path)[511] == 1);
  file.reading.bits = 10;
  CHECK(decode_rgb(file).pixels == std::vector<uint8_t>{0, 0, 0, 127, 127, 127, 255, 255, 255, 255, 255, 255});
}

TEST_CASE("damaged wide JPEG is refused by name, never read as whole", "[image]") {
  const TemporaryFolder folder;
  for (const std::string& whole :
       {lossless_jpeg(noise_samples(12, 9, 3, 12, 14)), flat_jpeg_of_12_bits(blocks_of_noise(20, 9, 1))}) {
    for (size_t size = 4; size < whole.size() - 2; ++size) {
      INFO(size << " of " << whole.size());
      const std::string cut = decode_error_of(write_bytes(folder / "cut.jpg", whole.substr(0, size)));
      REQUIRE(cut.find("cut.jpg: ") != std::string::npos);
      REQUIRE_FALSE(decode_error_of(write_bytes(folder / "end.jpg", whole.substr(0, size) + "\xFF\xD9")).empty());
    }
    for (size_t place = 0; place < whole.size(); ++place) {
      std::string bytes = whole;
      bytes[place] = static_cast<char>(bytes[place] ^ 0xFF);
      const std::string error = decode_error_of(write_bytes(folder / "changed.jpg", bytes));
      if (!error.empty()) REQUIRE(error.find("changed.jpg: ") != std::string::npos);
    }
  }
}

TEST_CASE("wide JPEG of absurd sizes is refused before memory is asked for", "[image]") {
  const TemporaryFolder folder;
  const Samples samples = noise_samples(12, 9, 1, 12, 15);
  std::string huge = lossless_jpeg(samples);
  huge.replace(huge.find("\xFF\xC3") + 5, 4, "\xEA\x60\xEA\x60");
  CHECK_THAT(decode_error_of(write_bytes(folder / "huge.jpg", huge)),
             Catch::Contains(unless_unsupported("more than the limit")));
}
