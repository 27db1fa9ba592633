// Tables: the CSV reader, VisA's split, manifests, and whether a named path can leave its root.
#include "datasets/layouts/manifest_file.h"
#include "datasets/layouts/visa_list.h"
#include "fuzz/checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  adrep::fuzz::check_list([&] { return adrep::parse_visa_split(text, "list"); });
  adrep::fuzz::check_list([&] { return adrep::parse_manifest(text, false, "list", "part"); });
  return 0;
}
