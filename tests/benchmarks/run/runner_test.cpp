#include <catch2/catch.hpp>

#include <fstream>
#include <set>

#include "benchmarks/pages/views.h"
#include "benchmarks/planned_runs.h"
#include "benchmarks/run/runner.h"
#include "benchmarks/tables/table.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "support/trees.h"
#include "support/xml.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::cell_files;
using test::plan_of;
namespace fs = std::filesystem;

TEST_CASE("a run finds the planted defects, writes cells once and gives the same bytes again", "[runner]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 6, 3);
  const Plan plan = plan_of({"detector=padim,patchcore,feature_norm", "features=raw,residual"}, folder);
  REQUIRE(plan.cell_count() == 6);
  const RunOutcome outcome = run_plan(plan, folder / "a");
  REQUIRE(outcome.failed() == 0);
  for (const CellOutcome& cell : outcome.cells) {
    INFO(cell.planned.title());
    REQUIRE(cell.cell->metric("pixel_auroc").defined());
    REQUIRE(cell.cell->references.size() == (cell.planned.features == "raw" ? 0 : 2));
    if (cell.planned.detector != "feature_norm") REQUIRE(cell.cell->metric("image_auroc").value == 1.0);
  }
  REQUIRE(outcome.work.text() == "6 fitted, 6 scored, 6 evaluated, 0 from earlier runs");
  test::forget_scores(folder);
  const RunOutcome second = run_plan(plan, folder / "b");
  REQUIRE(second.work.fitted == 6);
  REQUIRE(cell_files(folder / "a") == cell_files(folder / "b"));
  const RunOutcome third = run_plan(plan, folder / "c");  // from kept score maps
  REQUIRE(third.work.text() == "0 fitted, 0 scored, 6 evaluated, 0 from earlier runs");
  REQUIRE(third.feature_seconds == 0);
  REQUIRE(cell_files(folder / "a") == cell_files(folder / "c"));

  const RunOutcome again = run_plan(plan, folder / "a");
  for (const CellOutcome& cell : again.cells) REQUIRE(cell.reused);
  REQUIRE(again.feature_seconds == 0);
}

TEST_CASE("trained detectors run: images for GLASS, CFLOW's published scale, notes beside the result", "[runner]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 6, 2);
  const std::vector<std::string> settings{"features=raw,residual",  "detector=cflow,glass,uniad",
                                          "cflow.meta_epochs=1",    "cflow.sub_epochs=1",
                                          "cflow.blocks=1",         "cflow.normalise=train,test",
                                          "glass.meta_epochs=1",    "glass.dimension=16",
                                          "glass.hidden=8",         "uniad.epochs=1",
                                          "uniad.hidden=16",        "uniad.heads=2",
                                          "uniad.feedforward=16",   "uniad.encoder_layers=1",
                                          "uniad.decoder_layers=1", "uniad.batch=3"};
  const RunOutcome outcome = run_plan(plan_of(settings, folder), folder / "a");
  REQUIRE(outcome.failed() == 0);
  std::map<std::string, std::set<float>> cflow;  // scores by features: those of one normalisation each
  for (const CellOutcome& cell : outcome.cells) {
    INFO(cell.planned.title());
    REQUIRE(cell.cell->metric("pixel_auroc").defined());
    if (cell.planned.detector == "glass")
      REQUIRE_THAT(cell.cell->details["detector_notes"][0].get<std::string>(), Contains("textures"));
    const bool scaled = cell.planned.detector == "cflow" && cell.planned.title().find("=test") != std::string::npos;
    REQUIRE(cell.cell->details.value("post_step", "") == (scaled ? "likelihood" : ""));
    if (cell.planned.detector == "cflow")
      cflow[cell.planned.features].insert(static_cast<float>(cell.cell->scores.front().score));
  }
  REQUIRE(cflow.size() == 2);
  for (const auto& [features, scores] : cflow) REQUIRE(scores.size() == 2);
}

TEST_CASE("a test image that is a reference has no residual, at whatever size images are seen", "[runner]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 3, 2, 96);
  fs::copy_file(folder / "data/plate/train/good/1.png", folder / "data/plate/test/good/copy.png");
  const std::string resize = GENERATE("image.resize=64", "image.resize=80");
  std::vector<std::string> words{"detector=feature_norm",
                                 "features=residual",
                                 "cache=off",
                                 "feature_norm.sigma=0",
                                 "references.shots=3",
                                 "image.crop=64",
                                 resize,
                                 "backbone=" + test::seeded_backbone(),
                                 "data=" + (folder / "data").string()};
  const RunOutcome outcome = run_plan(make_plan(resolve_run(read_config({}, words))), folder / "out");
  REQUIRE(outcome.cells.at(0).error == "");
  for (const ImageScore& score : outcome.cells[0].cell->scores)
    CHECK((score.score == 0) == (score.id == "plate/test/good/copy.png"));
}

TEST_CASE("cells are the same bytes with and without the feature cache", "[runner][cache]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 5, 3);
  const std::vector<std::string> both = {"detector=padim,patchcore", "features=raw,residual", "references.resize=224"};
  const auto with = [&](const std::string& assignment) {
    std::vector<std::string> assignments = both;
    assignments.push_back(assignment);
    return plan_of(assignments, folder);
  };
  const RunOutcome off = run_plan(with("cache=off"), folder / "off");
  REQUIRE((off.cached_images == 0 && off.computed_images == 13));  // 5 + 6 images, and 2 references
  REQUIRE_FALSE(fs::exists(folder / "cache"));
  const RunOutcome first = run_plan(with("cache=readwrite"), folder / "first");
  REQUIRE((first.cached_images == 0 && first.computed_images == 13));  // references have a geometry of their own
  test::forget_scores(folder);
  const RunOutcome second = run_plan(with("cache=readwrite"), folder / "second");
  REQUIRE((second.cached_images == 13 && second.computed_images == 0));
  test::forget_scores(folder);
  const RunOutcome read = run_plan(with("cache=read"), folder / "read");
  REQUIRE((read.cached_images == 13 && read.computed_images == 0));
  // half of the images are new: the batches are composed otherwise
  test::write_mvtec_class(folder / "data", "other", 5, 1, 80);
  for (const std::string name : {"1.png", "3.png"})
    fs::copy_file(folder.path() / "data/plate/train/good" / name,
                  folder.path() / "data/other/train/good" / ("x" + name));
  run_plan(with("cache=off"), folder / "more off");
  test::forget_scores(folder);
  const RunOutcome more = run_plan(with("cache=readwrite"), folder / "more");
  REQUIRE((more.cached_images > 13 && more.computed_images > 0));
  REQUIRE(cell_files(folder / "off") == cell_files(folder / "first"));
  REQUIRE(cell_files(folder / "off") == cell_files(folder / "second"));
  REQUIRE(cell_files(folder / "off") == cell_files(folder / "read"));
  REQUIRE(cell_files(folder / "more off") == cell_files(folder / "more"));
}

TEST_CASE("references.shots and other settings of a sweep need no second backbone pass", "[runner][cache]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 5, 2);
  const RunOutcome sweep =
      run_plan(plan_of({"detector=patchcore", "features=raw,residual", "references.seed=0,1,2", "seed=0,1"}, folder),
               folder / "a");
  REQUIRE(sweep.cells.size() == 2 + 6);  // raw features have no references
  REQUIRE(sweep.computed_images >= 9);
  REQUIRE(sweep.computed_images <= 9 + 5);  // and references in a geometry of their own
}

TEST_CASE("references that are all training images leave zero residuals, and every detector lives with that",
          "[runner]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 2, 2);
  const Plan plan = plan_of({"detector=padim,patchcore,feature_norm", "features=residual"}, folder);
  const RunOutcome outcome = run_plan(plan, folder / "out");
  REQUIRE(outcome.failed() == 0);
  for (const CellOutcome& cell : outcome.cells) REQUIRE(cell.cell->metric("image_auroc").value == 1.0);
}

TEST_CASE("every way to choose references runs, is recorded, and its saved list gives the same scores", "[runner]") {
  const test::TemporaryFolder folder;
  set_verbosity(Verbosity::quiet);
  test::write_mvtec_class(folder / "data", "plate", 6, 2);
  const auto run = [&](std::vector<std::string> settings, const std::string& output) {
    for (const char* common :
         {"detector=patchcore", "features=residual", "references.save=yes", "backbone=efficientnet_lite0",
          "references.aligned_backbone=efficientnet_lite0", "references.resize=64"})
      settings.emplace_back(common);
    settings.push_back("weights=" + test::seeded_efficientnet().string());
    RunOutcome outcome = run_plan(plan_of(settings, folder), folder / output);
    REQUIRE(outcome.failed() == 0);
    return outcome;
  };
  const RunOutcome all = run({"references.select=random,kmeans,aligned", "references.exclude_self=no,yes"}, "all");
  REQUIRE(all.cells.size() == 5);  // aligned references leave each image out anyway
  std::map<std::string, std::set<std::string>> hashes;
  for (const CellOutcome& outcome : all.cells) {
    const std::string select = outcome.planned.config->settings.references_select;
    INFO(outcome.planned.title());
    REQUIRE(outcome.cell->key.part("references.select") == select);
    REQUIRE(outcome.cell->references.size() >= 2);
    REQUIRE(outcome.cell->reference_hashes.size() == outcome.cell->references.size());
    hashes[select].insert(outcome.cell->hash());
  }
  REQUIRE((hashes["random"].size() == 2 && hashes["kmeans"].size() == 2 && hashes["aligned"].size() == 1));

  const RunOutcome aligned = run({"references.select=aligned"}, "aligned");
  fs::path list;
  for (const auto& entry : fs::directory_iterator(folder / "aligned" / "references"))
    if (entry.path().extension() == ".json") list = entry.path();
  const RunOutcome listed = run({"references.select=list", "references.list=" + list.string()}, "listed");
  REQUIRE(listed.cells[0].cell->hash() != aligned.cells[0].cell->hash());
  for (size_t i = 0; i < aligned.cells[0].cell->scores.size(); ++i)
    REQUIRE(listed.cells[0].cell->scores[i].score == aligned.cells[0].cell->scores[i].score);
}

TEST_CASE("a detector that changes training images needs references that all of them share", "[runner]") {
  const test::TemporaryFolder folder;
  set_verbosity(Verbosity::quiet);
  test::write_mvtec_class(folder / "data", "plate", 4, 2);
  const RunOutcome outcome = run_plan(plan_of({"detector=glass", "features=residual", "references.exclude_self=yes",
                                               "glass.meta_epochs=1", "glass.dimension=16", "glass.hidden=8"},
                                              folder),
                                      folder / "a");
  REQUIRE(outcome.failed() == 1);
  REQUIRE_THAT(outcome.cells[0].error, Contains("references.exclude_self=no"));
}

TEST_CASE("threads change no metric by more than 0.01 points", "[runner]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 6, 3);
  const RunOutcome one = run_plan(plan_of({"detector=padim,patchcore", "threads=1"}, folder), folder / "one");
  const RunOutcome two = run_plan(plan_of({"detector=padim,patchcore", "threads=2"}, folder), folder / "two");
  for (size_t i = 0; i < one.cells.size(); ++i)
    for (const auto& [name, metric] : one.cells[i].cell->metrics)
      REQUIRE(metric.value == Approx(two.cells[i].cell->metric(name).value).margin(1e-4));
}

TEST_CASE("an unreadable image fails its class or is left out and counted", "[runner]") {
  const test::TemporaryFolder folder;
  set_verbosity(Verbosity::quiet);
  test::write_mvtec_class(folder / "data", "broken", 4, 2);
  test::write_mvtec_class(folder / "data", "whole", 4, 2);
  const fs::path image = folder.path() / "data/broken/test/good/1.png";
  const std::string bytes = read_file(image);
  std::ofstream(image, std::ios::binary | std::ios::trunc) << bytes.substr(0, bytes.size() / 2);
  const RunOutcome failed = run_plan(plan_of({"detector=feature_norm"}, folder), folder / "a");
  REQUIRE(failed.failed() == 1);
  REQUIRE_THAT(failed.cells[0].error, Contains("1.png"));
  REQUIRE(failed.cells[1].cell);
  const RunOutcome skipped = run_plan(plan_of({"detector=feature_norm", "on_bad_image=skip"}, folder), folder / "b");
  REQUIRE(skipped.failed() == 0);
  REQUIRE(skipped.cells[0].cell->skipped.size() == 1);
  REQUIRE(skipped.cells[0].cell->test_images == 3);
  bool noted = false;
  for (const std::string& note : make_table(test::stored_results(folder / "b", skipped)).notes)
    noted |= note.find("1 unreadable image") != std::string::npos;
  REQUIRE(noted);
}

TEST_CASE("an interrupted run keeps its finished cells", "[runner]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 4, 2);
  run_plan(plan_of({"detector=feature_norm"}, folder), folder / "a");
  const auto before = cell_files(folder / "a");
  set_interrupted(true);
  const RunOutcome stopped = run_plan(plan_of({"detector=feature_norm,padim"}, folder), folder / "a");
  REQUIRE((stopped.interrupted && stopped.cells.empty()));
  set_interrupted(true);
  run_plan(plan_of({"detector=feature_norm"}, folder), folder / "none");
  REQUIRE_FALSE(fs::exists(folder / "none" / "examples"));
  set_interrupted(false);
  REQUIRE(cell_files(folder / "a") == before);
  const RunOutcome rest = run_plan(plan_of({"detector=feature_norm,padim"}, folder), folder / "a");
  REQUIRE((rest.cells[0].reused && !rest.cells[1].reused));
}

TEST_CASE("views of another run are moved, not overwritten, and the report stands alone", "[runner]") {
  const test::TemporaryFolder folder;
  set_verbosity(Verbosity::quiet);
  test::write_mvtec_class(folder / "data", "<plate>", 4, 2);
  const fs::path output = folder / "out";
  const auto view = [&](const std::string& detector) {
    const Plan plan = plan_of({"detector=" + detector, "features=raw,residual"}, folder);
    const RunOutcome outcome = run_plan(plan, output);
    const ResultSet results = test::stored_results(output, outcome);
    return read_file(write_views(output, plan, outcome.recorded.id, results, make_table(results)));
  };
  const std::string first = view("feature_norm"), second = view("padim");
  REQUIRE(read_file(output / "report.html") == second);
  std::vector<fs::path> kept;
  for (const auto& entry : fs::directory_iterator(output / "previous")) kept.push_back(entry.path());
  REQUIRE(kept.size() == 1);
  REQUIRE(read_file(kept[0] / "report.html") == first);
  REQUIRE_THAT(first, Contains("&lt;plate&gt;") && !Contains("<plate>") && Contains("data:image/jpeg;base64,") &&
                          !Contains("http:") && !Contains("https:"));
  REQUIRE(test::xml_problem(first).empty());
  REQUIRE(test::requests_of(first).empty());

  // where they cannot be moved, they stay
  fs::remove_all(output / "previous");
  write_file_atomically(output / "previous", "a file is in the way");
  CHECK_THROWS_AS(view("patchcore"), WriteError);
  CHECK(read_file(output / "report.html") == second);
}
