#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/image/decode.h"
#include "support/golden.h"
#include "support/program.h"
#include "support/seeded_backbones.h"
#include "support/trees.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

TEST_CASE("adrep visualize features writes SVG and PNG, the same for the same seed", "[cli]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 3, 2);
  const auto picture = [&](const std::string& output, const std::string& more) {
    const ProgramResult made = adrep_program(
        "visualize features image.crop=64 level=2 patches=40 iterations=60 exaggerated_iterations=20 "
        "references.shots=2 cache=off backbone=" +
        seeded_backbone() + " data=" + (folder / "data").string() + " output=" + (folder / output).string() + more);
    INFO(made.text);
    REQUIRE(made.code == 0);
    return read_file(folder / output);
  };
  const std::string first = picture("a.svg", "");
  REQUIRE(first == picture("b.svg", ""));
  REQUIRE(first != picture("c.svg", " seed=1"));
  const Image image = decode_rgb(folder / "a.png");
  REQUIRE(image.width > 1000);
  REQUIRE(picture("d.png", "") == read_file(folder / "a.png"));
  REQUIRE_FALSE(std::filesystem::exists(folder / "d.svg"));

  const ProgramResult wrong = adrep_program("visualize features perplexty=3");
  REQUIRE(wrong.code == 2);
  REQUIRE_THAT(wrong.text, Contains("perplexity"));
}
