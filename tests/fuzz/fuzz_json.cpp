// JSON: Real-IAD's lists and manifests of JSON lines.
#include "datasets/layouts/manifest_file.h"
#include "datasets/layouts/real_iad_list.h"
#include "fuzz/checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  adrep::fuzz::check_list([&] { return adrep::parse_real_iad_list(text, "part", "realiad_512", "list"); });
  adrep::fuzz::check_list([&] { return adrep::parse_manifest(text, true, "list", "part"); });
  return 0;
}
