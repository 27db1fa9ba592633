#include "core/backbones/activation_choice.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

const VitOutline clip{.patch = 32, .width = 768, .activation = "quick_gelu", .of_clip = true};
const std::string unknown(64, 'a');

}  // namespace

TEST_CASE("what is told counts before what is known, and that before what lies beside a file", "[weights]") {
  const TemporaryFolder folder;
  const auto file = folder / "w.safetensors";
  const std::string laion = "ac4f8c4b88af6d963118cbf40ad93176d092abbedfcb752601ae1866352656e6",
                    openai = "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af";
  const ActivationChoice guess = choose_activation(clip, file, unknown, "auto");
  CHECK((guess.name == "quick_gelu" && guess.usual && guess.guess));
  CHECK_THAT(guess_advice(guess), Contains("QuickGELU, a guess") && Contains("weights.activation="));
  write_file_atomically(folder / "config.json", R"({"hidden_act": "gelu"})");
  const ActivationChoice stated = choose_activation(clip, file, unknown, "auto");
  CHECK((stated.name == "gelu" && !stated.usual && !stated.guess));
  CHECK_THAT(stated.why, Contains("hidden_act=gelu"));
  const ActivationChoice published = choose_activation(clip, file, openai, "auto");
  CHECK((published.name == "quick_gelu" && published.usual && !published.guess));
  CHECK_THAT(published.why, Contains("published file ViT-B-32.pt"));
  CHECK(choose_activation(clip, file, laion, "auto").name == "gelu");
  CHECK(choose_activation(clip, file, laion, "quick_gelu").name == "quick_gelu");
  CHECK(choose_activation(clip, file, unknown, "quick_gelu").why == "as weights.activation says");
  const ActivationChoice before = choose_activation(clip, file, laion, "");
  CHECK((before.name == "quick_gelu" && before.usual && !before.guess));
}

TEST_CASE("only CLIPs leave a guess, and a gate leaves no choice", "[weights]") {
  const VitOutline dinov2{.patch = 14, .width = 384, .activation = "gelu"};
  CHECK_FALSE(choose_activation(dinov2, "w.pth", unknown, "auto").guess);
  CHECK(choose_activation(dinov2, "w.pth", unknown, "quick_gelu").name == "quick_gelu");
  const VitOutline gated{.patch = 14, .width = 1536, .activation = "", .gated = true};
  CHECK(choose_activation(gated, "w.pth", unknown, "auto").name.empty());
  CHECK_THROWS_WITH(choose_activation(gated, "w.pth", unknown, "gelu"), Contains("w.pth") && Contains("gate"));
}
