#include "benchmarks/fitting/update_model.h"

#include <catch2/catch.hpp>

#include "benchmarks/fitting/small_models.h"
#include "core/base/log.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::small_fit;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

UpdateRequest request_for(const TemporaryFolder& folder) {
  return {.model = folder / "part.adrep", .good = input_images({(folder / "new").string()})};
}

}  // namespace

TEST_CASE("an updated model keeps its earlier held-out images for the threshold, and scores as it says", "[fitting]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  test::write_photographs(folder / "data" / "good", 8, 50);
  test::write_photographs(folder / "new", 6, 90);
  const auto [detector, features] = GENERATE(table<std::string, std::string>(
      {{"padim", "raw"}, {"patchcore", "raw"}, {"patchcore", "residual"}, {"feature_norm", "residual"}}));
  CAPTURE(detector, features);
  const FittedModel first = test::fitted_model(small_fit(folder, detector, {"features=" + features}), folder);
  save_artefact(folder / "part.adrep", first.artefact);
  const UpdatedModel updated = update_model(request_for(folder));
  CHECK(updated.learnt == 3);
  CHECK(updated.held_out == 3);
  CHECK(updated.held_out_before == 4);
  CHECK(updated.artefact.calibration->images.size() == 7);
  CHECK(updated.artefact.calibration->kept_images.size(0) == 7);
  CHECK(std::is_sorted(updated.new_images.begin(), updated.new_images.end(),
                       [](const auto& a, const auto& b) { return a.prediction.score > b.prediction.score; }));

  save_artefact(folder / "newer.adrep", updated.artefact);
  const Pipeline loaded = Pipeline::load(folder / "newer.adrep");
  // the scores of its threshold are those that the saved model gives its held-out images
  std::vector<double> again;
  for (int64_t i = 0; i < 7; ++i)
    again.push_back(
        loaded
            .predict_kept(updated.artefact.calibration->kept_images[i], updated.artefact.calibration->kept_contents[i])
            .score);
  std::sort(again.begin(), again.end());
  CHECK(again == loaded.calibration()->images.ascending());
}

TEST_CASE("a model does not learn twice from a photograph, by whatever name, nor find its threshold on it",
          "[fitting]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  test::write_photographs(folder / "data" / "good", 8, 50);
  fs::copy(folder / "data/good/003.png", folder / "data/good/copy.png");
  const FittedModel first = test::fitted_model(small_fit(folder, "padim"), folder);
  CHECK(first.learnt_from == 4);
  CHECK(first.artefact.calibration->images.size() == 4);
  save_artefact(folder / "part.adrep", first.artefact);

  // the folder that the model was made from, to which photographs were added, one of them twice
  test::write_photographs(folder / "new", 4, 90);
  fs::copy(folder / "new/001.png", folder / "new/again.png");
  for (const auto& entry : fs::directory_iterator(folder / "data/good"))
    fs::copy(entry.path(), folder / "new" / ("earlier-" + entry.path().filename().string()));
  const UpdatedModel updated = update_model(request_for(folder));
  CHECK((updated.left_out.known == 9 && updated.left_out.copies == 1));
  CHECK((updated.learnt == 2 && updated.held_out == 2 && updated.held_out_before == 4));
  CHECK(updated.new_images.size() == 4);
  CHECK_THAT(update_text(updated, "x"),
             Contains("; left out: 9 that the model was made from, 1 with the content of another"));

  save_artefact(folder / "part.adrep", updated.artefact);
  CHECK_THROWS_WITH(update_model(request_for(folder)),
                    Contains("0 new good images; left out: 14") && Contains("two are needed at least"));
  // a model of before this was kept takes them all, once
  Artefact old = first.artefact;
  REQUIRE(old.provenance.erase("contents") == 1);
  save_artefact(folder / "part.adrep", old);
  CHECK(update_model(request_for(folder)).left_out.known == 0);
}

TEST_CASE("updating what cannot be is refused", "[fitting]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  test::write_photographs(folder / "data" / "good", 6, 50);
  test::write_photographs(folder / "new", 3, 90);
  FittedModel model = test::fitted_model(small_fit(folder, "cflow"), folder);
  save_artefact(folder / "part.adrep", model.artefact);
  CHECK_THROWS_WITH(update_model(request_for(folder)), Contains("cflow cannot learn from further images"));
  model = test::fitted_model(small_fit(folder, "padim"), folder);
  model.artefact.calibration.reset();
  save_artefact(folder / "part.adrep", model.artefact);
  CHECK_THROWS_WITH(update_model(request_for(folder)), Contains("it has no threshold"));
}
