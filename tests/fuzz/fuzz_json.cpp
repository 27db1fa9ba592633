// JSON: Real-IAD's lists and manifests of JSON lines.
#include <cstdlib>

#include "core/base/error.h"
#include "datasets/manifest_file.h"
#include "datasets/real_iad_list.h"
#include "fuzz/inside_root.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  using Parse = std::vector<adrep::ListedImage> (*)(const std::string&);
  const Parse parsers[] = {
      [](const std::string& t) { return adrep::parse_real_iad_list(t, "part", "realiad_512", "list"); },
      [](const std::string& t) { return adrep::parse_manifest(t, true, "list", "part"); }};
  for (const Parse parse : parsers) {
    try {
      for (const adrep::ListedImage& image : parse(text)) adrep::fuzz::check_inside_root(image.image);
    } catch (const adrep::InputError& error) {
      if (std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
    }
  }
  return 0;
}
