#include "core/features/extraction.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/interrupt.h"
#include "core/features/cache/cached_images.h"
#include "core/features/feature_source.h"
#include "core/image/decode.h"
#include "support/golden.h"
#include "support/seeded_backbones.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

/// A backbone whose one level is the image itself.
class Identity final : public Backbone {
 public:
  explicit Identity(bool invariant = false) : invariant_(invariant) {
    info_.mean = {0.5, 0.5, 0.5}, info_.std = {0.25, 0.25, 0.25};
  }
  const BackboneInfo& info() const override { return info_; }
  std::vector<LevelShape> shapes(int64_t height, int64_t width) const override { return {{3, height, width}}; }
  double flops(int64_t, int64_t) const override { return 0; }
  Levels forward(const at::Tensor& images) const override {
    batches_.push_back(images.size(0));
    return {{images}, images.size(3)};
  }
  bool batch_invariant() const override { return invariant_; }
  mutable std::vector<int64_t> batches_;

 private:
  bool invariant_;
  BackboneInfo info_;
};

std::vector<ImageFile> three_images(const test::TemporaryFolder& folder) {
  std::vector<ImageFile> files;
  for (unsigned i = 0; i < 3; ++i) {
    files.emplace_back(folder / (std::to_string(i) + ".png"));
    test::write_texture(files.back().path, 40, 40, i);
  }
  return files;
}

/// As the runner does, with a backbone that is there already.
BackboneSource given(const Backbone& backbone) {
  return [&]() -> const Backbone& { return backbone; };
}

at::Tensor expected_level(const Identity& backbone, const ImageFile& file) {
  return normalised(decode_rgb(file), backbone.info().mean, backbone.info().std);
}

}  // namespace

TEST_CASE("features come in the list's order, whatever the batch", "[extraction]") {
  const test::TemporaryFolder folder;
  const auto files = three_images(folder);
  for (const bool invariant : {false, true}) {
    const Identity backbone(invariant);
    for (int64_t batch : {1, 2, 8}) {
      const Extracted extracted =
          extract(given(backbone), files, {.geometry = {40, 40}, .batch = batch, .progress = {}});
      REQUIRE(extracted.levels.batch() == 3);
      for (int64_t i = 0; i < 3; ++i)
        REQUIRE(extracted.levels[0][i].equal(expected_level(backbone, files[static_cast<size_t>(i)])));
    }
    // every pass is full where the size of a pass could matter, else no copy is computed
    REQUIRE(backbone.batches_ ==
            (invariant ? std::vector<int64_t>{1, 1, 1, 2, 1, 3} : std::vector<int64_t>{1, 1, 1, 2, 2, 8}));
  }
}

TEST_CASE("an unreadable image is an error or is left out", "[extraction]") {
  const test::TemporaryFolder folder;
  const auto files = three_images(folder);
  write_file_atomically(files[1].path, "not an image");
  const Identity backbone;
  ExtractionOptions options{.geometry = {40, 40}, .batch = 2, .progress = {}};
  REQUIRE_THROWS_WITH(extract(given(backbone), files, options), Contains("1.png"));
  options.skip_bad = true;
  const Extracted extracted = extract(given(backbone), files, options);
  REQUIRE(extracted.used == std::vector<size_t>{0, 2});
  REQUIRE(extracted.skipped.size() == 1);
  REQUIRE(extracted.levels.batch() == 2);
  REQUIRE(extracted.levels[0][1].equal(expected_level(backbone, files[2])));
}

TEST_CASE("what is in the cache is neither decoded nor computed, and is the same", "[extraction][cache]") {
  const test::TemporaryFolder folder;
  const auto files = three_images(folder);
  const Identity backbone;
  FeatureCache cache(test::cache_in(folder / "cache"));
  ExtractionOptions options{
      .geometry = {40, 40}, .batch = 2, .progress = {}, .cache = cache.space({.backbone = "identity"})};
  const Extracted middle = extract(given(backbone), {files[1]}, options);
  REQUIRE(middle.cached == 0);
  backbone.batches_.clear();
  const Extracted mixed = extract(given(backbone), files, options);
  REQUIRE(mixed.cached == 1);
  REQUIRE(backbone.batches_ == std::vector<int64_t>{2});
  for (int64_t i = 0; i < 3; ++i)
    REQUIRE(mixed.levels[0][i].equal(expected_level(backbone, files[static_cast<size_t>(i)])));

  const BackboneSource never = []() -> const Backbone& { throw std::logic_error("the backbone was asked for"); };
  int64_t done = 0;
  options.progress = [&](int64_t images) { done = images; };
  const Extracted again = extract(never, {files[2], files[0], files[1]}, options);
  REQUIRE(again.cached == 3);
  REQUIRE(again.used == std::vector<size_t>{0, 1, 2});
  REQUIRE(done == 3);
  REQUIRE(again.levels[0].equal(mixed.levels[0].index_select(0, at::tensor({2, 0, 1}))));

  // a copy elsewhere has the same bytes; other bytes under the old name are another image
  std::filesystem::copy_file(files[0].path, folder / "copy.png");
  REQUIRE(extract(never, {folder / "copy.png"}, options).cached == 1);
  test::write_texture(files[0].path, 40, 40, 77);
  REQUIRE(extract(given(backbone), {files[0]}, options).cached == 0);
}

TEST_CASE("unreadable images are not cached, and the cache is right around them", "[extraction][cache]") {
  const test::TemporaryFolder folder;
  const auto files = three_images(folder);
  write_file_atomically(files[1].path, "not an image");
  const Identity backbone;
  FeatureCache cache(test::cache_in(folder / "cache"));
  ExtractionOptions options{.geometry = {40, 40},
                            .batch = 2,
                            .skip_bad = true,
                            .progress = {},
                            .cache = cache.space({.backbone = "identity"})};
  for (int64_t cached : {0, 2}) {
    const Extracted extracted = extract(given(backbone), files, options);
    REQUIRE(extracted.cached == cached);
    REQUIRE(extracted.used == std::vector<size_t>{0, 2});
    REQUIRE(extracted.skipped.size() == 1);
    REQUIRE(extracted.levels[0][1].equal(expected_level(backbone, files[2])));
  }
  REQUIRE(backbone.batches_.size() == 1);
  options.skip_bad = false;
  REQUIRE_THROWS_WITH(extract(given(backbone), files, options), Contains("1.png"));
}

TEST_CASE("an extraction that is stopped keeps what it computed", "[extraction][cache]") {
  const test::TemporaryFolder folder;
  const auto files = three_images(folder);
  const Identity backbone;
  FeatureCache cache(test::cache_in(folder / "cache"));
  ExtractionOptions options{.geometry = {40, 40}, .batch = 1, .progress = {}, .cache = cache.space({})};
  options.progress = [](int64_t done) { set_interrupted(done == 2); };
  REQUIRE_THROWS_AS(extract(given(backbone), files, options), Interrupted);
  set_interrupted(false);
  options.progress = {};
  REQUIRE(extract(given(backbone), files, options).cached == 2);
}

TEST_CASE("a file replaced between its hash and its decoding is refused, one replaced later does no harm",
          "[extraction][cache]") {
  const test::TemporaryFolder folder;
  auto files = three_images(folder);
  const Identity backbone;
  const at::Tensor expected = expected_level(backbone, files[0]);
  const std::string old = read_file(files[0].path);
  FeatureCache cache(test::cache_in(folder / "cache"));
  ExtractionOptions options{.geometry = {40, 40}, .batch = 1, .progress = {}, .cache = cache.space({})};
  const BackboneSource replacing = [&]() -> const Backbone& {  // asked for once the first image is decoded
    test::write_texture(files[0].path, 40, 40, 99);
    return backbone;
  };
  CHECK(extract(replacing, {files[0]}, options).levels[0][0].equal(expected));
  write_file_atomically(files[0].path, old);
  const Extracted stored = extract(given(backbone), {files[0]}, options);
  CHECK((stored.cached == 1 && stored.levels[0][0].equal(expected)));

  files[1].sha256 = sha256_of_file(files[1].path);
  test::write_texture(files[1].path, 40, 40, 99);
  for (const bool skip : {false, true})
    for (FeatureSpace* kept : {options.cache, static_cast<FeatureSpace*>(nullptr)}) {
      options.skip_bad = skip;  // what was replaced is not skipped: the run's other half has the old image
      options.cache = kept;
      CHECK_THROWS_WITH(extract(given(backbone), {files[1]}, options),
                        Contains(files[1].path.string() + ": its content has changed"));
    }
}

TEST_CASE("an image's features do not depend on its place in a batch, nor on its neighbours",
          "[extraction][efficientnet]") {
  const auto backbone = load_backbone("efficientnet_lite0", test::seeded_efficientnet(), at::kCPU);
  const test::TemporaryFolder folder;
  std::vector<ImageFile> files;
  for (unsigned i = 0; i < 9; ++i) {
    files.push_back(folder / (std::to_string(i) + ".png"));
    test::write_texture(files.back().path, 64, 64, i);
  }
  for (int64_t batch : {1, 4, 8}) {
    const ExtractionOptions options{.geometry = {64, 64}, .batch = batch, .progress = {}};
    const Levels together = extract(given(*backbone), files, options).levels;
    std::vector<ImageFile> reversed(files.rbegin(), files.rend());
    const Levels backwards = extract(given(*backbone), reversed, options).levels;
    for (int64_t l = 0; l < together.count(); ++l) REQUIRE(backwards[l].equal(together[l].flip(0)));
    for (int64_t i : {0, 3, 8}) {
      const Levels alone = extract(given(*backbone), {files[static_cast<size_t>(i)]}, options).levels;
      for (int64_t l = 0; l < alone.count(); ++l) REQUIRE(alone[l][0].equal(together[l][i]));
    }
  }
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
