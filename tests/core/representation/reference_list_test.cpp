#include "core/representation/reference_list.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace adrep;
using Catch::Matchers::Contains;

TEST_CASE("a list is lines of text, a JSON array, or one array for every image", "[references]") {
  const std::vector<std::string> both = {"a/1.png", "b 2.png"};
  REQUIRE(parse_reference_list("# mine\n a/1.png \r\n\nb 2.png # the last\n", "f").common == both);
  REQUIRE(parse_reference_list(R"( ["a/1.png", "b 2.png"])", "f").common == both);
  const ReferenceList published = parse_reference_list(
      R"({"/data/x/test/ko/0.bmp": ["/data/x/train/ok/3.bmp", "/data/x/train/ok/1.bmp"], "/data/x/test/ok/1.bmp": ["t"]})",
      "f");
  REQUIRE(published.common.empty());
  REQUIRE(published.of_image.size() == 2);
  REQUIRE(published.of_image[0].first == "/data/x/test/ko/0.bmp");
  REQUIRE(published.of_image[0].second == std::vector<std::string>{"/data/x/train/ok/3.bmp", "/data/x/train/ok/1.bmp"});
}

TEST_CASE("a list that is none is refused with the place", "[references]") {
  const auto refused = [](const std::string& text, const std::string& reason) {
    CAPTURE(text.substr(0, 60));
    REQUIRE_THROWS_WITH(parse_reference_list(text, "refs.json"), Contains("refs.json") && Contains(reason));
    REQUIRE_THROWS_AS(parse_reference_list(text, "refs.json"), InputError);
  };
  refused("", "empty");
  refused("\n# nothing\n", "empty");
  refused("[]", "empty");
  refused("{}", "empty");
  refused(R"({"a": []})", "empty");
  refused(R"(["a")", "no JSON");
  refused(R"(["a", 3])", "entry 2: no text");
  refused(R"({"a": "b"})", "a: no JSON array");
  refused(R"({"a": [["b"]]})", "entry 1: no text");
  refused(R"({"a": ["b"], "a": ["c"]})", "a is named twice");
  refused(R"(["a", "b", "a"])", "a is named twice");
  refused("a\nb\na\n", "a is named twice");
  refused(R"(["a\u0000b"])", "control");
  refused("ok\n" + std::string(5000, 'x') + "\n", "refs.json:2");
  refused("[" + std::string(100'000, '['), "no JSON");
}

TEST_CASE("paths of another machine are found by their tail, and by nothing less", "[references]") {
  const PathTails tails({"bottle/train/good/000.png", "cable/train/good/000.png", "cable/train/good/001.png"});
  REQUIRE(tails.find("/home/other/mvtec/cable/train/good/000.png") == 1U);
  REQUIRE(tails.find(R"(D:\mvtec\bottle\train\good\000.png)") == 0U);
  REQUIRE(tails.find("cable/train/good/001.png") == 2U);
  REQUIRE(tails.find("good/001.png") == 2U);
  REQUIRE(tails.find("001.png") == 2U);
  for (const char* other :
       {"good/000.png", "000.png", "01.png", "other/train/good/001.png", "/x/mycable/train/good/001.png",
        "cable/train/good/../good/001.png", "cable/train/good/001.png/", "", "/", "../../etc/passwd"}) {
    CAPTURE(other);
    REQUIRE_FALSE(tails.find(other).has_value());
  }
  // the longest tail decides where one id is the tail of another
  REQUIRE(PathTails({"good/1.png", "a/good/1.png"}).find("/x/a/good/1.png") == 1U);
}
