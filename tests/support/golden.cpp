#include "support/golden.h"

#include <cstdlib>
#include <limits>

#include <unistd.h>

#include "core/base/error.h"

namespace adrep::test {

namespace fs = std::filesystem;

fs::path golden_file(const std::string& name) {
  const char* named = std::getenv("ADREP_GOLDENS");
  const fs::path folder =
      named && *named ? fs::path(named) : fs::path(ADREP_SOURCE_DIR).parent_path() / "shared" / "goldens";
  if (!fs::exists(folder / name))
    throw_failure("{}: no such golden file; set ADREP_GOLDENS to the directory of golden files",
                  (folder / name).string());
  return folder / name;
}

Golden load_golden(const std::string& name) {
  Golden golden;
  golden.data = read_safetensors(golden_file(name + ".safetensors"));
  golden.description = nlohmann::json::parse(golden.data.metadata.at("description"));
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
  // A fixed last name: a class is named after its folder, and what is drawn at random for it depends on that name.
  path_ = fs::path(pattern) / "folder";
  fs::create_directory(path_);
  fs::permissions(pattern, fs::perms(0711));  // a test may look at it as another user
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_.parent_path(), ignored);
}

}  // namespace adrep::test
