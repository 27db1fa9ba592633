#include <catch2/catch.hpp>

#include "benchmarks/planned_runs.h"
#include "benchmarks/pretraining/pretrainer.h"
#include "benchmarks/run/runner.h"
#include "core/representation/projector_checkpoint.h"
#include "support/trees.h"
#include "tools/vit_entries.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

TEST_CASE("pretraining: what vit is told holds for training, validation and the runs that follow", "[pretraining]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 4);
  write_mvtec_class(folder / "data", "lid", 3, 3);
  const std::string weights = write_small_vits(folder.path(), 3).front().file.string();
  const std::vector<std::string> told = {"backbone=vit", "weights=" + weights, "vit.heads=4", "vit.layers=1,3"};
  std::vector<std::string> words = {"data=" + (folder / "data").string(),
                                    "output=" + (folder / "out").string(),
                                    "classes=plate",
                                    "validation.classes=lid",
                                    "selection=validation",
                                    "validation.cache=off",
                                    "image.crop=64",
                                    "batch=4",
                                    "epochs=1",
                                    "projector.references=8",
                                    "references.shots=1",
                                    "references.center_shots=2"};
  words.insert(words.end(), told.begin(), told.end());
  const PretrainOutcome outcome = pretrain(resolve_pretrain(read_config({}, words)));
  REQUIRE(outcome.best.size() == 2);  // the width has no usual heads: validation fails where it is not told them
  const ProjectorCheckpoint checkpoint = read_projector_checkpoint(outcome.projector);
  REQUIRE(checkpoint.backbone == "vit");
  REQUIRE(checkpoint.channels == std::vector<int64_t>{80, 80});
  REQUIRE_THAT(checkpoint.settings, Contains("\"vit.layers\":\"1,3\""));

  std::vector<std::string> run = {"detector=feature_norm", "features=pretrained", "classes=lid",
                                  "projector=" + outcome.projector.string()};
  run.insert(run.end(), told.begin(), told.end());
  const RunOutcome cells = run_plan(plan_of(run, folder), folder / "run");
  REQUIRE(cells.failed() == 0);
  REQUIRE(cells.cells.at(0).cell->metric("pixel_auroc").defined());
}
