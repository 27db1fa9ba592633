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
  CHECK_FALSE(laion->normalisation);
  const auto large = known_weights("5ddb47339f44e4fd9cace3d3960d38af1b51a25857440cfae90afc44706d7e2b");
  REQUIRE(large);
  CHECK(large->backbone == "clip_large");
  CHECK(large->normalisation == InputNormalisation{{0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}});
  for (const auto& [sha256, activation] :
       {std::pair{"01832e9567e6f668928c6ef493fe9c0985f9df146e0212bdccc87f3e25e37084", "quick_gelu"},
        {"f2f724646a73b4cd392e5bb41dae589e17ba52dab83006457dddca739d3e2cf9", "gelu"},
        {"1bd3c7172de5b207ceac554f5ab5266166f3b9baccc9af5989bc801016d080ad", "gelu"}}) {
    const auto other = known_weights(sha256);
    REQUIRE(other);
    CHECK(other->activation == activation);
    CHECK_FALSE(other->normalisation);
  }
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
