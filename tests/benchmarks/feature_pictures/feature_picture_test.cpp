#include "benchmarks/feature_pictures/feature_picture.h"

#include <catch2/catch.hpp>

#include "support/random_tensors.h"
#include "support/xml.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

std::vector<ClassPatches> two_classes() {
  std::vector<ClassPatches> classes;
  for (const char* name : {"caps & <lids>", "fryum"}) {
    ClassPatches made{name, at::arange(40).lt(12), {}, 9};
    for (const char* method : {"tsne", "pca"})
      for (const char* features : {"raw", "residual", "pretrained"})
        made.panels.push_back({features, method, normal_tensor({40, 2}, 3, 5, at::kDouble), 0.5});
    classes.push_back(made);
  }
  return classes;
}

PictureConfig config() {
  return resolve_picture(read_config({}, {"projector=some/where/pro.safetensors", "iterations=77", "seed=5"}));
}

size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("feature picture: a panel for every class, method and kind, a dot for every patch, the parameters",
          "[pictures]") {
  const Scene scene = feature_picture(two_classes(), config());
  REQUIRE(scene.frames.size() == 12);
  REQUIRE(scene.dots.size() == 12 * 40 + 2);  // and two of the key
  for (const Scene::Frame& frame : scene.frames)
    REQUIRE((frame.x >= 0 && frame.y >= 0 && frame.x + frame.width <= scene.width &&
             frame.y + frame.height <= scene.height));
  // the dots of a panel are inside its frame
  for (size_t i = 0; i < 12 * 40; ++i) {
    const Scene::Dot& dot = scene.dots[i + 2];
    const Scene::Frame& frame = scene.frames[i / 40];
    REQUIRE((dot.x > frame.x && dot.x < frame.x + frame.width && dot.y > frame.y && dot.y < frame.y + frame.height));
  }
  const std::string svg = scene_as_svg(scene, "a & b");
  REQUIRE(xml_problem(svg).empty());
  REQUIRE(requests_of(svg).empty());
  REQUIRE(count_of(svg, "<circle") == scene.dots.size());
  REQUIRE(count_of(svg, "#c82d23") == 12 * 12 + 1);  // the anomalous patches
  REQUIRE_THAT(svg, Contains("caps &amp; &lt;lids&gt;") && Contains("28 normal and 12 anomalous") &&
                        Contains("perplexity 9") && Contains("77 iterations") && Contains("seed 5") &&
                        Contains("pro.safetensors") && Contains("efficientnet_lite0") && Contains("level 3") &&
                        Contains("50 % of variance") && Contains("KL 0.50"));
  REQUIRE_THAT(svg, !Contains("some/where"));
}

TEST_CASE("feature picture: the PNG is twice as large, with the dots where they belong", "[pictures]") {
  Scene scene;
  scene.width = 40;
  scene.height = 30;
  scene.dots.push_back({10, 20, 3, {200, 0, 0}});
  const Image image = scene_as_image(scene);
  REQUIRE((image.width == 80 && image.height == 60 && image.channels == 3));
  const uint8_t* centre = image.at(40, 20);
  REQUIRE((centre[0] == 200 && centre[1] == 0 && centre[2] == 0));
  const uint8_t* elsewhere = image.at(40, 32);
  REQUIRE((elsewhere[0] == 255 && elsewhere[1] == 255 && elsewhere[2] == 255));
}
