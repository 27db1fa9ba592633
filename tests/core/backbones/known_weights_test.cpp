#include "core/backbones/known_weights.h"

#include <catch2/catch.hpp>

using namespace adrep;
using Catch::Matchers::Contains;

TEST_CASE("published files are known by SHA-256, torchvision's by the eight digits in their names", "[weights]") {
  const auto openai = known_weights("5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f");
  REQUIRE(openai);
  CHECK(openai->backbone == "clip_base");
  CHECK(openai->what == "ViT-B-16.pt");
  CHECK(openai->activation == "quick_gelu");
  const auto laion = known_weights("ac4f8c4b88af6d963118cbf40ad93176d092abbedfcb752601ae1866352656e6");
  REQUIRE(laion);
  CHECK(laion->backbone == "clip_base32");
  CHECK(laion->activation == "gelu");
  const auto resnet = known_weights("0676ba61" + std::string(56, 'a'));
  REQUIRE(resnet);
  CHECK(resnet->backbone == "resnet50");
  CHECK(resnet->activation.empty());
  CHECK_FALSE(known_weights(std::string(64, 'a')));
}

TEST_CASE("what is said of a file follows from what is known of its backbone's files", "[weights]") {
  const std::string other(64, 'a');
  CHECK(origin_of(find_backbone("clip_base"), other) == "keys fit, not a published file");
  CHECK(origin_of(find_backbone("resnet18"), other) == "keys fit, not a published file");
  CHECK_THAT(origin_of(find_backbone("imagebind"), other), Contains("no SHA-256"));
  CHECK(origin_of(find_backbone("resnet18"), "f37072fd" + std::string(56, '0')) ==
        "the published file resnet18-f37072fd.pth");
}
