// Models that `adrep fit` makes: what they hold, and that a loaded one gives what was found before.
#include "benchmarks/fitting/fit_model.h"

#include <catch2/catch.hpp>

#include "benchmarks/fitting/small_models.h"
#include "core/base/atomic_file.h"
#include "core/base/log.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::fitted_model;
using test::small_fit;
using test::TemporaryFolder;
namespace fs = std::filesystem;

TEST_CASE("a loaded model gives the scores that were found before it was saved, bit for bit", "[fitting]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 8, 3, 80);
  const auto [detector, features] = GENERATE(table<std::string, std::string>({{"padim", "raw"},
                                                                              {"patchcore", "residual"},
                                                                              {"feature_norm", "residual"},
                                                                              {"cflow", "raw"},
                                                                              {"glass", "raw"},
                                                                              {"uniad", "residual"}}));
  CAPTURE(detector, features);
  const FittedModel made = fitted_model(small_fit(folder, detector, {"features=" + features}), folder);
  save_artefact(folder / "part.adrep", made.artefact);
  fs::rename(folder / "data", folder / "moved");
  fs::remove_all(folder / "cache");

  const Pipeline loaded = Pipeline::load(folder / "part.adrep");
  REQUIRE(made.labelled.size() == 6);
  std::vector<ImageFile> files;
  for (const ScoredImage& image : made.labelled) files.emplace_back(folder / "moved" / image.sample.id);
  const Scores listed = loaded.score_files(files);
  size_t seen = 0;
  loaded.predict_files(files, 2, [&](FilePrediction one) {
    const Prediction& before = made.labelled[one.index].prediction;
    REQUIRE(one.prediction);
    CHECK(one.prediction->score == before.score);
    CHECK(at::equal(one.prediction->map, before.map));
    CHECK(one.prediction->p_value == before.p_value);
    CHECK(one.prediction->is_defect == before.is_defect);
    const auto row = static_cast<int64_t>(one.index);
    CHECK(listed.image_scores[row].item<float>() == one.prediction->score);
    CHECK(at::equal(listed.maps[row], before.map));
    return ++seen, true;
  });
  CHECK(seen == files.size());
}

TEST_CASE("a model learns from what is not held out, and its threshold is of what is", "[fitting]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 10, 2, 80);
  const FittedModel split =
      fitted_model(small_fit(folder, "padim", {"threshold.fraction=0.4", "false_alarm=0.2"}), folder);
  CHECK(split.learnt_from == 6);
  const Calibration& held = *split.artefact.calibration;
  CHECK(held.images.size() == 4);
  CHECK(held.form == "split");
  CHECK(held.threshold == held.images.ascending()[3]);  // one of five ranks at 20 %
  CHECK(held.notes.empty() == false);                   // regions: 4 images do not support 1 %
  CHECK(held.kept_images.size(0) == 4);

  const FittedModel cv =
      fitted_model(small_fit(folder, "padim", {"threshold.calibration=cv", "threshold.folds=3"}), folder);
  CHECK(cv.learnt_from == 10);
  CHECK(cv.artefact.calibration->images.size() == 10);
  CHECK(cv.artefact.calibration->form == "cv");
  CHECK(cv.artefact.calibration->folds == 3);
  CHECK_FALSE(cv.artefact.calibration->kept_images.defined());
}

TEST_CASE("good images are enough: a folder of photographs, of which all are learnt from", "[fitting]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  const bool flat = GENERATE(true, false);
  test::write_photographs(folder / "data" / (flat ? "" : "good"), 6, 30);
  const FittedModel made =
      fitted_model(small_fit(folder, "feature_norm", {"threshold.calibration=cv", "threshold.folds=2"}), folder);
  CHECK(made.learnt_from == 6);
  CHECK(made.labelled.empty());
}

TEST_CASE("the whole photograph is seen, whatever its shape", "[fitting]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  const auto [width, height, fit] =
      GENERATE(table<int, int, std::string>({{80, 80, "crop"}, {96, 80, "squash"}, {200, 80, "pad"}}));
  test::write_photographs(folder / "data" / "good", 5, 7, width, height);
  const FittedModel made = fitted_model(small_fit(folder, "feature_norm"), folder);
  CHECK(fit_name(made.artefact.geometry.fit) == fit);
  const SeenPart seen = seen_part(width, height, made.artefact.geometry);
  CHECK(seen.left == 0);
  CHECK(seen.top == 0);
  CHECK(seen.right == width);
  CHECK(seen.bottom == height);
}

TEST_CASE("the same request gives the same bytes", "[fitting]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  test::write_photographs(folder / "data" / "good", 6, 3);
  for (const char* name : {"a", "b"})
    save_artefact(folder / name, fitted_model(small_fit(folder, "patchcore"), folder).artefact);
  CHECK(read_file(folder / "a") == read_file(folder / "b"));
}

TEST_CASE("a threshold that labels chose says so", "[fitting]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 8, 4, 80);
  const FittedModel made =
      fitted_model(small_fit(folder, "padim", {"threshold.rule=recall", "threshold.recall=1"}), folder);
  CHECK(made.artefact.calibration->rule == "recall");
  for (const ScoredImage& image : made.labelled)
    if (image.sample.anomalous) CHECK(image.prediction.is_defect == true);
  const auto& notes = made.artefact.calibration->notes;
  CHECK(std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
    return note.find("chosen on 8 labelled images") != std::string::npos;
  }));
  CHECK_THAT(guarantee_of(*made.artefact.calibration), Contains("no guarantee"));
}

TEST_CASE("requests that make no model are refused with what to do", "[fitting]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  for (const char* name : {"plate", "nut"}) test::write_mvtec_class(folder / "data", name, 4, 1, 80);
  const auto refused = [&](const std::vector<std::string>& more, const std::string& line) {
    CAPTURE(line);
    CHECK_THROWS_WITH(fitted_model(small_fit(folder, "padim", more), folder), Contains(line));
  };
  refused({}, "2 classes, and a model is for one: classes=NAME, one of nut, plate");
  refused({"classes=plate", "output=x"}, "-o names the model's file");
  refused({"classes=plate", "post=published"}, "a line does not have");
  refused({"classes=plate", "image.fit=tiles"}, "set squash or pad");
  refused({"classes=plate", "padim.ridge=0.1,0.2"}, "give each key one value");
  refused({"classes=plate", "false_alarm=2"}, "false_alarm");
  refused({"classes=plate", "threshold.calibration=cv", "threshold.folds=5"}, "there are only 4 files of good images");
  CHECK_THROWS_WITH(read_fit("", {"falsealarm=1"}), Contains("unknown key 'falsealarm'"));
  const ModelRequest request = small_fit(folder, "padim", {"classes=plate"});
  CHECK_THROWS_WITH(prepare_fit(request, (folder / "data/part.adrep").string()),
                    Contains("lies inside the data folder"));
}
