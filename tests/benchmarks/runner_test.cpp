#include <catch2/catch.hpp>

#include <fmt/ranges.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <set>
#include <thread>

#include "benchmarks/runner.h"
#include "benchmarks/table.h"
#include "benchmarks/views.h"
#include "core/backbones/backbone.h"
#include "core/base/atomic_file.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "detectors/artefact.h"
#include "support/golden.h"
#include "support/program.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

Plan plan_of(std::vector<std::string> assignments, const test::TemporaryFolder& folder) {
  assignments.push_back("data=" + (folder / "data").string());
  assignments.push_back("cache.folder=" + (folder / "cache").string());
  assignments.push_back("image.crop=64");
  assignments.push_back("image.resize=64");
  assignments.push_back("references.shots=2");
  return make_plan(resolve_run(read_config({}, assignments)));
}

std::map<std::string, std::string> cell_files(const fs::path& output) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(output / "cells"))
    files[entry.path().filename().string()] = read_file(entry.path());
  return files;
}

}  // namespace

TEST_CASE("a run finds the planted defects, writes cells once and gives the same bytes again", "[runner]") {
  if (test::installed_weights().empty()) return;
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
  run_plan(plan, folder / "b");
  REQUIRE(cell_files(folder / "a") == cell_files(folder / "b"));

  const RunOutcome again = run_plan(plan, folder / "a");
  for (const CellOutcome& cell : again.cells) REQUIRE(cell.reused);
  REQUIRE(again.feature_seconds == 0);
}

TEST_CASE("trained detectors run: images for GLASS, CFLOW's published scale, notes beside the result", "[runner]") {
  if (test::installed_weights().empty()) return;
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
    REQUIRE(cell.cell->environment.contains("detector_notes") == (cell.planned.detector == "glass"));
    if (cell.planned.detector == "glass")
      REQUIRE_THAT(cell.cell->environment["detector_notes"][0].get<std::string>(), Contains("textures"));
    const bool scaled = cell.planned.detector == "cflow" && cell.planned.title().find("=test") != std::string::npos;
    REQUIRE(cell.cell->environment.value("post_step", "") == (scaled ? "likelihood" : ""));
    if (cell.planned.detector == "cflow")
      cflow[cell.planned.features].insert(static_cast<float>(cell.cell->scores.front().score));
  }
  REQUIRE(cflow.size() == 2);
  for (const auto& [features, scores] : cflow) REQUIRE(scores.size() == 2);
}

TEST_CASE("cells are the same bytes with and without the feature cache", "[runner][cache]") {
  if (test::installed_weights().empty()) return;
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 5, 3);
  const std::vector<std::string> both = {"detector=padim,patchcore", "features=raw,residual"};
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
  const RunOutcome second = run_plan(with("cache=readwrite"), folder / "second");
  REQUIRE((second.cached_images == 13 && second.computed_images == 0));
  const RunOutcome read = run_plan(with("cache=read"), folder / "read");
  REQUIRE((read.cached_images == 13 && read.computed_images == 0));
  // half of the images are new: the batches are composed otherwise
  test::write_mvtec_class(folder / "data", "other", 5, 1, 80);
  for (const std::string name : {"1.png", "3.png"})
    fs::copy_file(folder.path() / "data/plate/train/good" / name,
                  folder.path() / "data/other/train/good" / ("x" + name));
  run_plan(with("cache=off"), folder / "more off");
  const RunOutcome more = run_plan(with("cache=readwrite"), folder / "more");
  REQUIRE((more.cached_images > 13 && more.computed_images > 0));
  REQUIRE(cell_files(folder / "off") == cell_files(folder / "first"));
  REQUIRE(cell_files(folder / "off") == cell_files(folder / "second"));
  REQUIRE(cell_files(folder / "off") == cell_files(folder / "read"));
  REQUIRE(cell_files(folder / "more off") == cell_files(folder / "more"));
}

TEST_CASE("references.shots and other settings of a sweep need no second backbone pass", "[runner][cache]") {
  if (test::installed_weights().empty()) return;
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 5, 2);
  const RunOutcome sweep = run_plan(
      plan_of({"detector=feature_norm", "features=raw", "references.seed=0,1,2", "seed=0,1"}, folder), folder / "a");
  REQUIRE(sweep.cells.size() == 6);
  REQUIRE(sweep.computed_images == 9);
}

TEST_CASE("references that are all training images leave zero residuals, and every detector lives with that",
          "[runner]") {
  if (test::installed_weights().empty()) return;
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 2, 2);
  const Plan plan = plan_of({"detector=padim,patchcore,feature_norm", "features=residual"}, folder);
  const RunOutcome outcome = run_plan(plan, folder / "out");
  REQUIRE(outcome.failed() == 0);
  for (const CellOutcome& cell : outcome.cells) REQUIRE(cell.cell->metric("image_auroc").value == 1.0);
}

TEST_CASE("every way to choose references runs, is recorded, and its saved list gives the same scores", "[runner]") {
  if (test::installed_weights().empty()) return;
  const test::TemporaryFolder folder;
  set_verbosity(Verbosity::quiet);
  test::write_mvtec_class(folder / "data", "plate", 6, 2);
  const auto run = [&](std::vector<std::string> settings, const std::string& output) {
    for (const char* common : {"detector=patchcore", "features=residual", "references.save=yes",
                               "references.aligned_backbone=efficientnet_lite0", "references.resize=64"})
      settings.emplace_back(common);
    RunOutcome outcome = run_plan(plan_of(settings, folder), folder / output);
    REQUIRE(outcome.failed() == 0);
    return outcome;
  };
  const RunOutcome all = run({"references.select=random,kmeans,aligned", "references.exclude_self=no,yes"}, "all");
  REQUIRE(all.cells.size() == 6);
  std::map<std::string, std::set<std::string>> hashes;
  for (const CellOutcome& outcome : all.cells) {
    const std::string select = outcome.planned.config->settings.references_select;
    INFO(outcome.planned.title());
    REQUIRE(outcome.cell->key["references"]["select"] == select);
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
  if (test::installed_weights().empty()) return;
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
  if (test::installed_weights().empty()) return;
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 6, 3);
  const RunOutcome one = run_plan(plan_of({"detector=padim,patchcore", "threads=1"}, folder), folder / "one");
  const RunOutcome two = run_plan(plan_of({"detector=padim,patchcore", "threads=2"}, folder), folder / "two");
  for (size_t i = 0; i < one.cells.size(); ++i)
    for (const auto& [name, metric] : one.cells[i].cell->metrics)
      REQUIRE(metric.value == Approx(two.cells[i].cell->metric(name).value).margin(1e-4));
}

TEST_CASE("an unreadable image fails its class or is left out and counted", "[runner]") {
  if (test::installed_weights().empty()) return;
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
  for (const std::string& note : make_table(skipped.cells).notes)
    noted |= note.find("1 unreadable image") != std::string::npos;
  REQUIRE(noted);
}

TEST_CASE("an interrupted run keeps its finished cells", "[runner]") {
  if (test::installed_weights().empty()) return;
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
  if (test::installed_weights().empty()) return;
  const test::TemporaryFolder folder;
  set_verbosity(Verbosity::quiet);
  test::write_mvtec_class(folder / "data", "<plate>", 4, 2);
  const fs::path output = folder / "out";
  const auto view = [&](const std::string& detector) {
    const Plan plan = plan_of({"detector=" + detector, "features=raw,residual"}, folder);
    const RunOutcome outcome = run_plan(plan, output);
    return read_file(write_views(output, plan, outcome, make_table(outcome.cells)));
  };
  const std::string first = view("feature_norm"), second = view("padim");
  REQUIRE(read_file(output / "report.html") == second);
  std::vector<fs::path> kept;
  for (const auto& entry : fs::directory_iterator(output / "previous")) kept.push_back(entry.path());
  REQUIRE(kept.size() == 1);
  REQUIRE(read_file(kept[0] / "report.html") == first);
  REQUIRE_THAT(first, Contains("&lt;plate&gt;") && !Contains("<plate>") && Contains("data:image/jpeg;base64,") &&
                          !Contains("http:") && !Contains("https:"));
}

namespace {

/// Small trained detectors, as many epochs as this.
std::vector<std::string> small_training(int epochs) {
  return {"cflow.meta_epochs=" + std::to_string(epochs),
          "cflow.sub_epochs=1",
          "cflow.blocks=1",
          "glass.meta_epochs=" + std::to_string(epochs),
          "glass.dimension=16",
          "glass.hidden=8",
          "uniad.epochs=" + std::to_string(epochs),
          "uniad.hidden=16",
          "uniad.heads=2",
          "uniad.feedforward=16",
          "uniad.encoder_layers=1",
          "uniad.decoder_layers=1",
          "uniad.batch=3",
          "checkpoint=0"};
}

std::vector<std::string> with(std::vector<std::string> settings, const std::vector<std::string>& more) {
  settings.insert(settings.end(), more.begin(), more.end());
  return settings;
}

size_t files_in(const fs::path& folder, const std::string& extension) {
  size_t count = 0;
  if (!fs::exists(folder)) return 0;
  for (const auto& entry : fs::directory_iterator(folder)) count += entry.path().extension() == extension;
  return count;
}

/// Presses Ctrl-C when this many checkpoints have been written: seen by the cell's log, which grows with them.
class StopAfterEpochs {
 public:
  StopAfterEpochs(const fs::path& output, int64_t epochs) : folder_(output / "training"), epochs_(epochs) {
    watcher_ = std::thread([this] {
      while (!done_) {
        if (longest_log() >= epochs_) set_interrupted(true);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
  }
  ~StopAfterEpochs() {
    done_ = true;
    watcher_.join();
    set_interrupted(false);
  }

 private:
  int64_t longest_log() const {
    int64_t longest = 0;
    std::error_code gone;
    for (fs::directory_iterator at(folder_, gone), end; !gone && at != end; at.increment(gone)) {
      if (at->path().extension() != ".jsonl") continue;
      std::ifstream in(at->path());
      longest = std::max<int64_t>(longest, std::count(std::istreambuf_iterator<char>(in), {}, '\n'));
    }
    return longest;
  }

  fs::path folder_;
  int64_t epochs_;
  std::atomic<bool> done_ = false;
  std::thread watcher_;
};

}  // namespace

TEST_CASE("a training that is stopped and continued gives the same bytes as one in one go", "[runner][training]") {
  if (test::installed_weights().empty()) return;
  set_verbosity(Verbosity::quiet);
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 6, 2);
  for (const std::string detector : {"cflow", "glass", "uniad"}) {
    CAPTURE(detector);
    const Plan plan = plan_of(with(small_training(8), {"detector=" + detector, "models=keep"}), folder);
    const fs::path whole = folder / (detector + "-whole"), parts = folder / (detector + "-parts");
    REQUIRE(run_plan(plan, whole).failed() == 0);
    REQUIRE(files_in(whole / "training", ".safetensors") == 0);
    REQUIRE(files_in(whole / "training", ".jsonl") == 1);
    {
      const StopAfterEpochs stop(parts, 2);
      const RunOutcome stopped = run_plan(plan, parts);
      REQUIRE(stopped.interrupted);
    }
    REQUIRE(files_in(parts / "training", ".safetensors") == 1);
    REQUIRE(files_in(parts / "cells", ".json") == 0);
    const RunOutcome continued = run_plan(plan, parts);
    REQUIRE(continued.failed() == 0);
    REQUIRE(continued.cells[0].cell->training["epochs"] == 8);
    REQUIRE(cell_files(whole) == cell_files(parts));
    REQUIRE(files_in(parts / "training", ".safetensors") == 0);
    const std::string model = "models/plate-" + detector + "-raw.safetensors";
    REQUIRE(read_file(whole / model) == read_file(parts / model));
  }
}

TEST_CASE("models are kept when asked for, and only what is missing is fitted again", "[runner][artefact]") {
  if (test::installed_weights().empty()) return;
  set_verbosity(Verbosity::quiet);
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 4, 2);
  const fs::path output = folder / "out";
  const auto plan = [&](const std::string& more) {
    return plan_of({"detector=padim", "features=raw,residual", "models=keep", more}, folder);
  };
  REQUIRE(run_plan(plan("models=none"), output).failed() == 0);
  REQUIRE_FALSE(fs::exists(output / "models"));
  const auto before = cell_files(output);
  const RunOutcome kept = run_plan(plan("seed=0"), output);
  REQUIRE(kept.failed() == 0);
  REQUIRE(cell_files(output) == before);
  for (const CellOutcome& cell : kept.cells) {
    CAPTURE(cell.planned.features);
    REQUIRE(cell.reused);
    const Artefact model = load_artefact(output / "models" / ("plate-padim-" + cell.planned.features + ".safetensors"));
    REQUIRE(model.detector == "padim");
    REQUIRE(model.features == cell.cell->key);
    REQUIRE(model.representation.empty() == (cell.planned.features == "raw"));
  }
  REQUIRE(run_plan(plan("seed=0"), output).feature_seconds == 0);
  REQUIRE(run_plan(plan("padim.ridge=0.1"), output).failed() == 0);
  REQUIRE(files_in(output / "models", ".safetensors") == 2);
  REQUIRE(files_in(output / "models/previous", ".safetensors") == 2);
}

TEST_CASE("the epoch is the last, the best on drawn anomalies, or for each metric the best on test",
          "[runner][training]") {
  if (test::installed_weights().empty()) return;
  set_verbosity(Verbosity::quiet);
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 6, 3);
  const Plan plan = plan_of(
      with(small_training(3), {"detector=cflow,padim", "features=raw,residual", "selection=last,validation,oracle"}),
      folder);
  const RunOutcome outcome = run_plan(plan, folder / "out");
  REQUIRE(outcome.failed() == 0);
  std::map<std::string, std::map<std::string, Metric>> metric;
  for (const CellOutcome& cell : outcome.cells) {
    INFO(cell.planned.title());
    const std::string selection = cell.cell->key_text("selection");
    if (cell.planned.detector == "padim") {
      REQUIRE(selection == "last");
      REQUIRE(cell.cell->training.is_null());
      continue;
    }
    REQUIRE(cell.cell->training["epochs"] == 3);
    REQUIRE(cell.cell->training.contains("quality") == (selection != "last"));
    if (selection == "last") REQUIRE(cell.cell->training["kept"] == 3);
    metric[cell.planned.features][selection] = cell.cell->metric("pixel_auroc");
  }
  for (auto& [features, by_selection] : metric) REQUIRE(by_selection["oracle"].value >= by_selection["last"].value);
  const Table table = make_table(outcome.cells);
  const auto marked = std::count_if(table.rows.begin(), table.rows.end(),
                                    [](const TableRow& row) { return row.detector == "cflow (oracle)"; });
  REQUIRE(marked == 2);
  const std::string notes = fmt::format("{}", fmt::join(table.notes, "\n"));
  REQUIRE_THAT(notes, Contains("selection: last, oracle, validation (chosen on test data)"));
}

TEST_CASE("one model for all classes is fitted once and scores every class", "[runner][training]") {
  if (test::installed_weights().empty()) return;
  set_verbosity(Verbosity::quiet);
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 5, 2);
  test::write_mvtec_class(folder / "data", "sheet", 4, 2, 80);
  const auto settings = with(small_training(2), {"detector=glass,padim,uniad", "classes_together=false,true"});
  const RunOutcome outcome = run_plan(plan_of(settings, folder), folder / "out");
  REQUIRE(outcome.failed() == 0);
  for (const CellOutcome& cell : outcome.cells) {
    INFO(cell.planned.title());
    const bool together = cell.planned.together != nullptr;
    REQUIRE(cell.cell->key.contains("together") == together);
    REQUIRE(cell.cell->train_images == (together ? 9 : cell.planned.class_name == "plate" ? 5 : 4));
    REQUIRE(cell.cell->metric("pixel_auroc").defined());
  }
  REQUIRE(files_in(folder / "out/training", ".jsonl") == 6);  // two detectors: two classes and both together
  REQUIRE(files_in(folder / "out/training", ".safetensors") == 0);

  // a run that has one class's cell already gives the same for the other
  const fs::path second = folder / "second";
  const Plan plan = plan_of(with(small_training(2), {"detector=uniad", "classes_together=true"}), folder);
  run_plan(plan, second);
  const auto whole = cell_files(second);
  fs::remove(second / "cells" / whole.begin()->first);
  REQUIRE(run_plan(plan, second).failed() == 0);
  REQUIRE(cell_files(second) == whole);

  REQUIRE_THROWS_WITH(plan_of({"detector=uniad", "classes_together=true", "selection=oracle"}, folder),
                      Contains("selection=last"));
  REQUIRE_THROWS_WITH(plan_of({"detector=glass", "classes_together=true", "features=residual"}, folder),
                      Contains("features=raw"));
}
