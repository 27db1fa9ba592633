#include "core/features/extraction.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/features/feature_source.h"
#include "core/image/decode.h"
#include "support/golden.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

/// A backbone whose one level is the image itself.
class Identity final : public Backbone {
 public:
  Identity() { info_.mean = {0.5, 0.5, 0.5}, info_.std = {0.25, 0.25, 0.25}; }
  const BackboneInfo& info() const override { return info_; }
  std::vector<LevelShape> shapes(int64_t height, int64_t width) const override { return {{3, height, width}}; }
  double flops(int64_t, int64_t) const override { return 0; }
  Levels forward(const at::Tensor& images) const override {
    batches_.push_back(images.size(0));
    return {{images}, images.size(3)};
  }
  mutable std::vector<int64_t> batches_;

 private:
  BackboneInfo info_;
};

std::vector<std::filesystem::path> three_images(const test::TemporaryFolder& folder) {
  std::vector<std::filesystem::path> files;
  for (unsigned i = 0; i < 3; ++i) {
    files.push_back(folder / (std::to_string(i) + ".png"));
    test::write_texture(files.back(), 40, 40, i);
  }
  return files;
}

}  // namespace

TEST_CASE("features come in the list's order, whatever the batch", "[extraction]") {
  const test::TemporaryFolder folder;
  const auto files = three_images(folder);
  const Identity backbone;
  for (int64_t batch : {1, 2, 8}) {
    const Extracted extracted = extract(backbone, files, {.geometry = {40, 40}, .batch = batch, .progress = {}});
    REQUIRE(extracted.levels.batch() == 3);
    for (int64_t i = 0; i < 3; ++i) {
      const at::Tensor expected =
          normalised(decode_rgb(files[static_cast<size_t>(i)]), backbone.info().mean, backbone.info().std);
      REQUIRE(extracted.levels[0][i].equal(expected));
    }
  }
  REQUIRE(backbone.batches_ == std::vector<int64_t>{1, 1, 1, 2, 1, 3});
}

TEST_CASE("an unreadable image is an error or is left out", "[extraction]") {
  const test::TemporaryFolder folder;
  const auto files = three_images(folder);
  write_file_atomically(files[1], "not an image");
  const Identity backbone;
  ExtractionOptions options{.geometry = {40, 40}, .batch = 2, .progress = {}};
  REQUIRE_THROWS_WITH(extract(backbone, files, options), Contains("1.png"));
  options.skip_bad = true;
  const Extracted extracted = extract(backbone, files, options);
  REQUIRE(extracted.used == std::vector<size_t>{0, 2});
  REQUIRE(extracted.skipped.size() == 1);
  REQUIRE(extracted.levels.batch() == 2);
}

TEST_CASE("features in memory are served by level and by batch", "[extraction]") {
  const at::Tensor map = at::arange(2 * 3 * 4 * 5).reshape({2, 3, 4, 5}).to(at::kFloat);
  const MemoryFeatures source({{map, map * 2}, 20});
  REQUIRE(source.size() == 2);
  REQUIRE(source.shapes()[1] == LevelShape{3, 4, 5});
  REQUIRE(source.level(1, 1, 1).equal(map.narrow(0, 1, 1) * 2));
  REQUIRE(source.batch(0, 2)[0].equal(map));
  REQUIRE(source.batch(0, 2).image_size == 20);
}
