#include <catch2/catch.hpp>

#include <fmt/ranges.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <numeric>
#include <thread>

#include "benchmarks/comparison/method_images.h"
#include "benchmarks/pages/views.h"
#include "benchmarks/planned_runs.h"
#include "benchmarks/run/runner.h"
#include "benchmarks/run/training_files.h"
#include "benchmarks/tables/table.h"
#include "core/base/atomic_file.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "detectors/pipeline/artefact.h"
#include "support/program.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::cell_files;
using test::plan_of;
namespace fs = std::filesystem;

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
    test::forget_scores(folder);
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
    REQUIRE(model.features == cell.cell->key.to_json());
    REQUIRE(model.representation.kind == cell.planned.features);
    REQUIRE(model.representation.bank.rows.empty() == (cell.planned.features == "raw"));
  }
  REQUIRE(run_plan(plan("seed=0"), output).feature_seconds == 0);
  REQUIRE(run_plan(plan("padim.ridge=0.1"), output).failed() == 0);
  REQUIRE(files_in(output / "models", ".safetensors") == 2);
  REQUIRE(files_in(output / "models/previous", ".safetensors") == 2);
}

TEST_CASE("the epoch is the last, the best on drawn anomalies, or for each metric the best on test",
          "[runner][training]") {
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
      REQUIRE(selection.empty());
      REQUIRE(cell.cell->training.is_null());
      continue;
    }
    REQUIRE(cell.cell->training["epochs"] == 3);
    REQUIRE(cell.cell->training.contains("quality") == (selection != "last"));
    if (selection == "last") REQUIRE(cell.cell->training["kept"] == 3);
    // the image scores are those that the image AUROC is of, with oracle too
    StoredResult stored;
    stored.cell = cell.cell;
    const MethodImages scored = images_with_scores({stored});
    std::vector<int64_t> images(scored.ids.size());
    std::iota(images.begin(), images.end(), int64_t{0});
    REQUIRE(scored.metric(images).value == Approx(cell.cell->metric("image_auroc").value).margin(1e-12));
    metric[cell.planned.features][selection] = cell.cell->metric("pixel_auroc");
  }
  for (auto& [features, by_selection] : metric) REQUIRE(by_selection["oracle"].value >= by_selection["last"].value);
  const Table table = make_table(test::stored_results(folder / "out", outcome));
  const auto marked = std::count_if(table.rows.begin(), table.rows.end(),
                                    [](const TableRow& row) { return row.detector == "cflow (oracle)"; });
  REQUIRE(marked == 2);
  const std::string notes = fmt::format("{}", fmt::join(table.notes, "\n"));
  REQUIRE_THAT(notes, Contains("selection: last, oracle, validation (chosen on test data)"));
}

TEST_CASE("one model for all classes is fitted once and scores every class", "[runner][training]") {
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
    REQUIRE(cell.cell->key.part("classes_together").is_null() == !together);
    REQUIRE(cell.cell->train_images == (together ? 9 : cell.planned.class_name == "plate" ? 5 : 4));
    REQUIRE(cell.cell->metric("pixel_auroc").defined());
  }
  REQUIRE(files_in(folder / "out/training", ".jsonl") == 6);  // two detectors: two classes and both together
  REQUIRE(files_in(folder / "out/training", ".safetensors") == 0);

  // what a run leaves that is killed before its end goes with the next one
  for (const CellOutcome& cell : outcome.cells)
    write_file_atomically(TrainingFiles(folder / "out", cell.cell->key.fit_hash(), 0).checkpoint(), "a checkpoint");
  REQUIRE(files_in(folder / "out/training", ".safetensors") > 0);
  REQUIRE(run_plan(plan_of(settings, folder), folder / "out").work.fitted == 0);
  REQUIRE(files_in(folder / "out/training", ".safetensors") == 0);

  // a run that has one class's cell already gives the same for the other
  const fs::path second = folder / "second";
  const Plan plan = plan_of(with(small_training(2), {"detector=uniad", "classes_together=true"}), folder);
  test::forget_scores(folder);
  run_plan(plan, second);
  test::forget_scores(folder);
  const auto whole = cell_files(second);
  fs::remove(second / "cells" / whole.begin()->first);
  REQUIRE(run_plan(plan, second).failed() == 0);
  REQUIRE(cell_files(second) == whole);

  REQUIRE_THROWS_WITH(plan_of({"detector=uniad", "classes_together=true", "selection=oracle"}, folder),
                      Contains("selection=last"));
  REQUIRE_THROWS_WITH(plan_of({"detector=glass", "classes_together=true", "features=residual"}, folder),
                      Contains("features=raw"));
}

TEST_CASE("protocols, post steps and the last and best epochs are one training", "[runner][training]") {
  set_verbosity(Verbosity::quiet);
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 6, 3);
  const std::vector<std::string> all = {"metrics.protocol=exact,paper,glass", "post=none,published",
                                        "selection=last,oracle", "detector=cflow"};
  const RunOutcome together = run_plan(plan_of(with(small_training(3), all), folder), folder / "together");
  REQUIRE(together.failed() == 0);
  REQUIRE(together.work.text() == "1 fitted, 4 scored, 12 evaluated, 0 from earlier runs");

  // each alone gives the same cells, whatever was fitted beside it
  for (const char* selection : {"selection=last", "selection=oracle"})
    for (const char* protocol : {"metrics.protocol=exact", "metrics.protocol=glass"}) {
      test::forget_scores(folder);
      const RunOutcome alone =
          run_plan(plan_of(with(small_training(3), {selection, protocol, "post=published", "detector=cflow"}), folder),
                   folder / "alone");
      REQUIRE(alone.work.fitted == 1);
    }
  const auto whole = cell_files(folder / "together");
  const auto cells = cell_files(folder / "alone");
  REQUIRE(cells.size() == 4);
  for (const auto& [name, bytes] : cells) {
    const auto twin = nlohmann::json::parse(whole.at(name)), own = nlohmann::json::parse(bytes);
    REQUIRE(own["metrics"] == twin["metrics"]);
    REQUIRE(own["scores"] == twin["scores"]);
    REQUIRE(own["training"] == twin["training"]);
  }
}

TEST_CASE("another protocol only evaluates; oracle asked for later says that it trains again", "[runner][training]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 6, 3);
  const auto run = [&](const std::vector<std::string>& more) {
    return run_plan(plan_of(with(with(small_training(2), {"detector=cflow"}), more), folder), folder / "out").work;
  };
  REQUIRE(run({"selection=last,oracle"}).text() == "1 fitted, 2 scored, 2 evaluated, 0 from earlier runs");
  REQUIRE(run({"metrics.protocol=paper"}).text() == "0 fitted, 0 scored, 1 evaluated, 0 from earlier runs");
  REQUIRE(run({"selection=oracle", "metrics.protocol=paper"}).fitted == 1);
  REQUIRE(run({"selection=oracle", "metrics.protocol=exact,paper"}).reused == 2);
}

TEST_CASE("a kept model is scored again, not fitted again, and gives the same cell", "[runner][training]") {
  set_verbosity(Verbosity::quiet);
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 6, 3);
  for (const std::string detector : {"padim", "cflow", "glass"}) {
    CAPTURE(detector);
    const auto plan = [&](const std::string& protocol) {
      return plan_of(with(small_training(2), {"detector=" + detector, "models=keep", protocol}), folder);
    };
    const fs::path output = folder / detector, other = folder / (detector + "-other");
    REQUIRE(run_plan(plan("metrics.protocol=exact"), output).work.fitted == 1);
    REQUIRE(run_plan(plan("metrics.protocol=paper"), other).failed() == 0);
    const auto expected = cell_files(other);
    test::forget_scores(folder);
    const RunOutcome again = run_plan(plan("metrics.protocol=paper"), output);
    REQUIRE(again.work.text() == "0 fitted, 1 scored, 1 evaluated, 0 from earlier runs");
    for (const auto& [name, bytes] : expected) REQUIRE(cell_files(output).at(name) == bytes);
  }
}

TEST_CASE("equal cells of a plan are computed once", "[runner]") {
  set_verbosity(Verbosity::quiet);
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 5, 2);
  const Plan plan = plan_of({"detector=padim,patchcore,padim", "patchcore.ratio=0.1,0.2", "seed=1,1,2"}, folder);
  REQUIRE(plan.cell_count() == 1 + 2 * 2);  // PaDiM draws nothing, so neither a seed nor a ratio makes another
  REQUIRE(run_plan(plan, folder / "out").work.text() == "5 fitted, 5 scored, 5 evaluated, 0 from earlier runs");
  const Plan sizes = plan_of({"detector=feature_norm", "references.resize=64,128", "post=none,published"}, folder);
  REQUIRE(sizes.cell_count() == 1);
}
