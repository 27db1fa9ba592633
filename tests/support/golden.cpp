#include "support/golden.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <limits>

#include <unistd.h>

namespace adrep::test {

namespace fs = std::filesystem;

fs::path goldens() {
  if (const char* folder = std::getenv("ADREP_GOLDENS")) return folder;
  const fs::path beside = fs::path(ADREP_SOURCE_DIR).parent_path() / "shared" / "goldens";
  return fs::exists(beside) ? beside : fs::path();
}

Golden load_golden(const std::string& name) {
  Golden golden;
  const fs::path folder = goldens();
  if (folder.empty()) {
    WARN("skipped: no golden files (set ADREP_GOLDENS to their directory)");
    return golden;
  }
  golden.data = read_safetensors(folder / (name + ".safetensors"));
  golden.description = nlohmann::json::parse(golden.data.metadata.at("description"));
  golden.present = true;
  return golden;
}

double relative_difference(const at::Tensor& actual, const at::Tensor& expected) {
  if (actual.sizes() != expected.sizes()) return std::numeric_limits<double>::infinity();
  if (expected.numel() == 0) return 0;
  const at::Tensor a = actual.cpu().to(at::kDouble), e = expected.cpu().to(at::kDouble);
  const double largest = (a - e).abs().max().item<double>();
  if (!std::isfinite(largest)) return std::numeric_limits<double>::infinity();
  const double scale = e.abs().max().item<double>();
  return scale > 0 ? largest / scale : largest;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "adrep-test-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace adrep::test
