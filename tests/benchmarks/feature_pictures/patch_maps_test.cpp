#include "benchmarks/feature_pictures/patch_maps.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "core/base/error.h"
#include "support/golden.h"
#include "support/seeded_backbones.h"
#include "support/trees.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

TEST_CASE("patches to show: half anomalous where there are as many, different ones, by the seed", "[pictures]") {
  const at::Tensor labels = at::arange(1000).remainder(10).eq(0);  // 100 anomalous, 900 normal
  const auto anomalous_of = [&](int64_t count) {
    const at::Tensor chosen = choose_patches(labels, count, 3);
    REQUIRE(std::get<0>(at::_unique(chosen)).size(0) == chosen.size(0));
    REQUIRE(chosen.size(0) == std::min<int64_t>(count, 1000));
    REQUIRE(chosen.equal(std::get<0>(chosen.sort())));
    return labels.index_select(0, chosen).sum().item<int64_t>();
  };
  REQUIRE(anomalous_of(60) == 30);
  REQUIRE(anomalous_of(400) == 100);  // all there are
  REQUIRE(anomalous_of(5000) == 100);
  const at::Tensor mostly = labels.logical_not();  // few normal ones: the rest is anomalous
  REQUIRE(choose_patches(mostly, 400, 3).size(0) == 400);
  REQUIRE(choose_patches(labels, 60, 3).equal(choose_patches(labels, 60, 3)));
  REQUIRE_FALSE(choose_patches(labels, 60, 3).equal(choose_patches(labels, 60, 4)));
  REQUIRE(choose_patches(at::zeros({50}, at::kBool), 20, 0).size(0) == 20);
}

TEST_CASE("patch maps: PCA of a class's features, raw and residual, at the same patches", "[pictures]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 3, 3);
  const auto config = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"data=" + (folder / "data").string(), "backbone=" + seeded_backbone(), "image.crop=64",
                               "image.resize=64", "cache=off", "references.shots=2", "patches=80", "level=2"});
    return resolve_picture(read_config({}, more));
  };
  const std::vector<ClassPatches> classes = map_patches(config({"method=pca"}));
  REQUIRE(classes.size() == 1);
  const ClassPatches& plate = classes[0];
  REQUIRE(plate.anomalous.sizes() == at::IntArrayRef{80});
  REQUIRE(plate.anomalous.sum().item<int64_t>() == 12);  // a quarter of the side of an 8 x 8 grid, in 3 images
  REQUIRE(plate.panels.size() == 2);
  REQUIRE((plate.panels[0].features == "raw" && plate.panels[1].features == "residual"));
  for (const PatchPanel& panel : plate.panels) {
    REQUIRE(panel.points.sizes() == at::IntArrayRef{80, 2});
    REQUIRE((panel.quality > 0 && panel.quality <= 1));
    // coordinates are about the mean of the shown patches
    REQUIRE(panel.points.mean(0).abs().max().item<double>() < 1e-9);
  }
  REQUIRE_THROWS_WITH(map_patches(config({"level=9"})), Contains("4 levels"));
}

TEST_CASE("a picture does not go where images are read", "[pictures]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 3, 3);
  const PictureConfig config =
      resolve_picture(read_config({}, {"data=" + (folder / "data").string(), "backbone=" + seeded_backbone(), "level=2",
                                       "output=" + (folder / "data/plate/good.png").string(), "image.crop=64"}));
  REQUIRE_THROWS_WITH(map_patches(config), Contains("lies inside the data folder"));
}

TEST_CASE("picture settings: what is unknown or does not fit is refused by name", "[pictures]") {
  const auto resolve = [](const std::vector<std::string>& words) { return resolve_picture(read_config({}, words)); };
  const PictureConfig config = resolve({"perplexity=12", "references.shots=3", "level=2", "output=a/b.png"});
  REQUIRE(config.tsne.perplexity == 12);
  REQUIRE(config.run.settings.shots == 3);
  REQUIRE(config.picture.level == 2);
  REQUIRE_THROWS_WITH(resolve({"perplexty=12"}), Contains("perplexity"));
  REQUIRE_THROWS_WITH(resolve({"detector=padim"}), Contains("detector"));
  REQUIRE_THROWS_WITH(resolve({"output=a.gif"}), Contains(".svg"));
  REQUIRE_THROWS_AS(resolve({"method=umap"}), InputError);
  REQUIRE_THROWS_AS(resolve({"patches=5"}), InputError);
  REQUIRE_THROWS_WITH(resolve({"references.shots=1,2"}), Contains("several"));
}
