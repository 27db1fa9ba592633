#include "core/backbones/normalisation_choice.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("a published file's normalisation counts before what lies beside it, and that before the usual",
          "[weights]") {
  const InputNormalisation usual{clip_mean, clip_std}, half{{0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}};
  const VitOutline clip{
      .patch = 14, .width = 1024, .activation = "quick_gelu", .of_clip = true, .normalisation = usual};
  const TemporaryFolder folder;
  const auto file = folder / "w.safetensors";
  const std::string unknown(64, 'a'), openai = "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836",
                                      laion = "7d129ed747e0ed53e82dfcc140382b51be66b56e6a9bdc3258afd2846e3bb019";
  const auto choice = [&](const std::string& sha256, const VitSettings& settings = {}) {
    return choose_normalisation(clip, file, sha256, settings);
  };
  CHECK((choice(unknown).values == usual && choice(unknown).usual));
  CHECK((choice(laion).values == half && !choice(laion).usual));
  write_file_atomically(folder / "preprocessor_config.json", R"({"image_mean": 0.5, "image_std": 0.5})");
  CHECK((choice(unknown).values == half && !choice(unknown).usual));
  CHECK(choice(unknown).why == "as preprocessor_config.json beside it says");
  CHECK((choice(openai).values == usual && choice(openai).usual));
  CHECK(choice(openai).why == "of the published file ViT-L-14.pt");
  // a kept model says what it was computed with
  VitSettings kept;
  kept.normalisation_beside = false;
  CHECK(choice(unknown, kept).values == usual);
  kept.normalisation = InputNormalisation{{0.25, 0.5, 0.75}, {1, 1, 1}};
  CHECK(choice(laion, kept).values == kept.normalisation);
  CHECK(to_text(*kept.normalisation) == "mean 0.25 0.5 0.75, std 1 1 1");
}
