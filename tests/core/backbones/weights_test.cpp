#include <catch2/catch.hpp>

#include <fstream>

#include "core/backbones/backbone.h"
#include "support/golden.h"
#include "support/weights_folders.h"

using namespace adrep;
using namespace adrep::test;
namespace fs = std::filesystem;

namespace {

fs::path made(const fs::path& file) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << "x";
  return file;
}

}  // namespace

TEST_CASE("weights are found under the official name first, then under the others, folder by folder", "[weights]") {
  const TemporaryFolder first, second;
  const WeightsFolders set(first.path().string() + ":" + second.path().string());
  BackboneEntry entry;
  entry.name = "toy";
  entry.weights_name = "toy.pth";
  entry.other_weights_names = {"toy-model/model.safetensors", "toy.safetensors"};
  REQUIRE_THROWS_AS(find_weights(entry, {}), InputError);
  const fs::path official_second = made(second / "toy.pth");
  REQUIRE(find_weights(entry, {}) == official_second);
  const fs::path plain_first = made(first / "toy.safetensors");
  REQUIRE(find_weights(entry, {}) == plain_first);
  const fs::path folder_first = made(first.path() / "toy-model" / "model.safetensors");
  REQUIRE(find_weights(entry, {}) == folder_first);
  const fs::path official_first = made(first / "toy.pth");
  REQUIRE(find_weights(entry, {}) == official_first);
  REQUIRE(find_weights(entry, plain_first) == plain_first);
}
