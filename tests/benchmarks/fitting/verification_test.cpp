#include "benchmarks/fitting/verification.h"

#include <catch2/catch.hpp>

#include "benchmarks/fitting/small_models.h"
#include "benchmarks/planned_runs.h"
#include "core/base/device.h"
#include "core/base/log.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::small_fit;
using test::TemporaryFolder;
namespace fs = std::filesystem;

TEST_CASE("a model's file is compared with what was found before it was saved", "[fitting]") {
  set_verbosity(Verbosity::quiet);
  set_threads(2);
  const TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 8, 3, 80);
  FittedModel made = test::fitted_model(small_fit(folder, "padim"), folder);
  save_artefact(folder / "part.adrep", made.artefact);
  const VerifyRequest request{.model = folder / "part.adrep", .data = folder / "data"};
  const Verification verification = verify_model(request);
  CHECK(verification.holds());
  CHECK(verification.bound == 0);
  REQUIRE(verification.differences.size() == 2);
  for (const ScoreDifference& found : verification.differences) {
    CHECK(found.images == found.maps);
    CHECK(found.score == 0);
    CHECK(found.map == 0);
  }
  CHECK(verification.differences[0].images >= 4);

  // a model that scores otherwise than the file remembers
  made.artefact.witnesses[0].score += 0.5;
  made.artefact.witnesses[0].map = made.artefact.witnesses[0].map + 2;
  save_artefact(folder / "part.adrep", made.artefact);
  const Verification other = verify_model(request);
  CHECK_FALSE(other.holds());
  CHECK(other.differences[0].score == Approx(0.5));
  CHECK(other.differences[0].map == Approx(2));
  CHECK_FALSE(other.differences[0].worst.empty());
  CHECK_THAT(verification_text(other), Contains("different: bound 0"));

  test::write_photographs(folder / "others", 2, 70);
  CHECK_THROWS_WITH(verify_model({.model = folder / "part.adrep", .data = folder / "others"}),
                    Contains("none of the images in"));
}

TEST_CASE("a kept model is compared with its cell, and a cell of other settings is refused", "[fitting][slow]") {
  set_verbosity(Verbosity::quiet);
  set_threads(2);
  const TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 6, 5, 80);
  const std::string detector = GENERATE("padim", "uniad");
  std::vector<std::string> words = test::quick_fits();
  for (const std::string& word :
       {"detector=" + detector, std::string("models=keep"), std::string("maps=npy"), std::string("models.embed=true"),
        std::string("threads=2"), "weights=" + test::seeded_efficientnet().string()})
    words.push_back(word);
  words.push_back("backbone=efficientnet_lite0");
  std::erase_if(words, [&](const std::string& word) {
    return word.find('.') != std::string::npos && word.find('.') < word.find('=') &&
           DetectorRegistry::instance().find(word.substr(0, word.find('.'))) && !word.starts_with(detector + ".");
  });
  const RunOutcome outcome = run_plan(test::plan_of(words, folder), folder / "out");
  REQUIRE(outcome.failed() == 0);
  fs::path model;
  for (const auto& entry : fs::directory_iterator(folder / "out/models")) model = entry.path();
  const Verification verification = verify_model({.model = model, .data = folder / "data", .against = folder / "out"});
  CHECK(verification.holds());
  CHECK(verification.bound == 0);
  REQUIRE_FALSE(verification.differences.empty());
  CHECK(verification.differences[0].images == 10);
  CHECK(verification.differences[0].maps == 10);
  CHECK(verification.differences[0].score == 0);
  CHECK(verification.differences[0].map == 0);

  const FittedModel other = test::fitted_model(small_fit(folder, "padim", {"padim.ridge=0.5"}), folder);
  save_artefact(folder / "other.adrep", other.artefact);
  CHECK_THROWS_WITH(verify_model({.model = folder / "other.adrep", .data = folder / "data", .against = folder / "out"}),
                    Contains("no cell is this model's"));
}
