#include <catch2/catch.hpp>

#include <cstdlib>

#include "core/base/error.h"
#include "core/io/torch_checkpoint.h"
#include "support/golden.h"

using namespace adrep;
namespace fs = std::filesystem;

namespace {

/// The published ImageNet weights, when the machine has them.
fs::path efficientnet_weights() {
  const char* cache = std::getenv("ADREP_CACHE");
  const char* home = std::getenv("HOME");
  const fs::path folder = cache ? fs::path(cache) : fs::path(home ? home : "") / ".cache" / "adrep";
  return folder / "weights" / "efficientnet-lite0-57934424.pth";
}

}  // namespace

TEST_CASE("the published EfficientNet-Lite0 file is read", "[io]") {
  const fs::path file = efficientnet_weights();
  if (!fs::exists(file)) {
    WARN("skipped: no " << file.filename());
    return;
  }
  const TensorMap weights = read_state_dict(file);
  REQUIRE(weights.at("_conv_stem.weight").sizes() == at::IntArrayRef{32, 3, 3, 3});
  REQUIRE(weights.at("_fc.weight").sizes() == at::IntArrayRef{1000, 1280});
  REQUIRE(weights.at("_blocks.15._project_conv.weight").sizes() == at::IntArrayRef{320, 1152, 1, 1});
  REQUIRE(weights.at("_bn0.num_batches_tracked").scalar_type() == at::kLong);
  for (const auto& [name, tensor] : weights) {
    INFO(name);
    REQUIRE((!tensor.is_floating_point() || at::isfinite(tensor).all().item<bool>()));
    if (name.ends_with("running_var")) REQUIRE(tensor.min().item<float>() >= 0);
  }
}
