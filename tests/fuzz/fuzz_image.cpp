// Images: every decoder, as picture and as mask, from a file in memory.
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "core/image/decode.h"
#include "fuzz/checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int descriptor = memfd_create("image", 0);
  static const std::string file = "/proc/self/fd/" + std::to_string(descriptor);
  if (ftruncate(descriptor, 0) != 0 || pwrite(descriptor, data, size, 0) != static_cast<ssize_t>(size)) std::abort();
  const adrep::DecodeLimits limits{1 << 20};
  for (const bool mask : {false, true}) {
    adrep::fuzz::check_reader([&] {
      const adrep::Image image = mask ? adrep::decode_mask(file, limits) : adrep::decode_rgb(file, limits);
      const size_t wanted = static_cast<size_t>(image.width) * static_cast<size_t>(image.height) * (mask ? 1 : 3);
      if (image.pixels.size() != wanted || wanted == 0) std::abort();
    });
  }
  return 0;
}
