// A file of the data set, or one that a setting names, is replaced while the run is going on.
#include <catch2/catch.hpp>

#include "benchmarks/planned_runs.h"
#include "benchmarks/run/class_features.h"
#include "benchmarks/run/examples.h"
#include "benchmarks/run/runner.h"
#include "benchmarks/run/training_images.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "datasets/fingerprint.h"
#include "support/script_backbone.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::plan_of;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

/// A data set of which something is replaced as soon as its content has been hashed: the layout's name is asked for
/// when the keys are made, which is the next step.
class ReplacedMeanwhile final : public Dataset {
 public:
  ReplacedMeanwhile(std::shared_ptr<const Dataset> whole, std::function<void()> replace)
      : whole_(std::move(whole)), replace_(std::move(replace)) {}

  std::string layout() const override {
    if (loaded_) replace_();
    return whole_->layout();
  }
  const fs::path& root() const override { return whole_->root(); }
  std::vector<std::string> classes() const override { return whole_->classes(); }
  ClassSplit load(const std::string& name) const override {
    loaded_ = loaded_ || name == "first";
    return whole_->load(name);
  }

 private:
  std::shared_ptr<const Dataset> whole_;
  std::function<void()> replace_;
  mutable bool loaded_ = false;
};

/// A run over the classes "first" and "second"; `replace` is called between the hashes of "first" and their use.
RunOutcome run_replacing(const TemporaryFolder& folder, std::vector<std::string> settings,
                         const std::function<void()>& replace) {
  set_verbosity(Verbosity::quiet);
  settings.push_back("backbone=" + test::write_script_backbone(folder / "net.pt"));
  Plan plan = plan_of(settings, folder);
  for (PlannedGroup& group : plan.groups) group.dataset = std::make_shared<ReplacedMeanwhile>(group.dataset, replace);
  return run_plan(plan, folder / "out");
}

void write_two_classes(const TemporaryFolder& folder) {
  for (const char* name : {"first", "second"}) test::write_mvtec_class(folder / "data", name, 4, 2);
}

/// Every cell of the first class fails and says `reason` in one line; the others are there.
void check_first_failed(const RunOutcome& outcome, const std::string& reason) {
  REQUIRE(outcome.cells.size() >= 2);
  for (const CellOutcome& cell : outcome.cells) {
    INFO(cell.planned.title() << ": " << cell.error);
    const bool first = cell.planned.class_name == "first";
    CHECK(cell.cell.has_value() != first);
    CHECK(cell.error.empty() != first);
    if (first) CHECK_THAT(cell.error, Contains(reason) && !Contains("\n"));
  }
}

}  // namespace

TEST_CASE("an image or a mask that is replaced during a run fails its class in one line", "[runner]") {
  const std::string file =
      GENERATE("train/good/2.png", "test/hole/1.png", "test/good/0.png", "ground_truth/hole/1_mask.png");
  const std::string cache = GENERATE("off", "readwrite");
  INFO(file << ", cache=" << cache);
  const TemporaryFolder folder;
  write_two_classes(folder);
  const fs::path replaced = folder / "data/first" / file;
  REQUIRE(fs::exists(replaced));
  const RunOutcome outcome = run_replacing(
      folder, {"detector=feature_norm,padim", "features=raw,residual", "cache=" + cache, "report.examples=0"},
      [&] { test::write_texture(replaced, 64, 64, 99); });
  check_first_failed(outcome, replaced.string() + ": its content has changed");
  for (const auto& [name, bytes] : test::cell_files(folder / "out"))
    CHECK(bytes.find("\"first\"") == std::string::npos);
}

TEST_CASE("features of the cache are those of the image that was hashed, whatever lies there now", "[runner][cache]") {
  const TemporaryFolder folder;
  write_two_classes(folder);
  const std::vector<std::string> settings{"detector=padim", "features=raw", "report.examples=0"};
  REQUIRE(run_replacing(folder, settings, [] {}).failed() == 0);
  const auto cells = test::cell_files(folder / "out");
  fs::remove_all(folder / "out");
  test::forget_scores(folder);
  const auto replace = [&] { test::write_texture(folder / "data/first/train/good/2.png", 64, 64, 99); };
  const RunOutcome outcome = run_replacing(folder, settings, replace);
  CHECK(outcome.failed() == 0);
  CHECK(test::cell_files(folder / "out") == cells);
}

TEST_CASE("textures that are replaced during a run fail their cells in one line", "[runner]") {
  const TemporaryFolder folder;
  write_two_classes(folder);
  test::write_texture(folder / "textures/a.png", 64, 64, 5);
  const RunOutcome outcome =
      run_replacing(folder,
                    {"detector=glass", "features=raw", "glass.meta_epochs=1", "glass.dimension=8", "glass.hidden=8",
                     "glass.textures=" + (folder / "textures").string(), "classes=first"},
                    [&, times = 0]() mutable {
                      if (++times == 2) test::write_texture(folder / "textures/a.png", 64, 64, 6);
                    });
  REQUIRE(outcome.cells.size() == 1);
  CHECK_THAT(outcome.cells[0].error, Contains("glass.textures=") && Contains("what it names changed during the run"));
}

TEST_CASE("a model of several classes is fitted on the images of its key", "[runner]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  write_two_classes(folder);
  const fs::path replaced = folder / "data/second/train/good/1.png";
  test::write_texture(replaced, 64, 64, 98);  // like no image of the first class, whose features would be its own
  const Plan plan = plan_of({"detector=feature_norm", "features=raw", "classes_together=yes", "cache=off",
                             "backbone=" + test::write_script_backbone(folder / "net.pt")},
                            folder);
  static_cast<void>(plan.groups.at(0).cells.at(0).together->key());
  test::write_texture(replaced, 64, 64, 99);
  const RunOutcome outcome = run_plan(plan, folder / "out");
  CHECK(outcome.failed() == 2);
  for (const CellOutcome& cell : outcome.cells)
    CHECK_THAT(cell.error, Contains(replaced.string() + ": its content has changed"));
}

TEST_CASE("images that a detector draws into and examples have the content that was hashed", "[runner]") {
  const TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "first", 2, 1);
  const Plan plan = plan_of({"detector=glass", "features=raw", "report.examples=2",
                             "backbone=" + test::write_script_backbone(folder / "net.pt")},
                            folder);
  const PlannedGroup& group = plan.groups.at(0);
  ClassSplit split = group.dataset->load("first");
  split.train[0].foreground = split.train[1].foreground = (folder / "data/first/ground_truth/hole/0_mask.png").string();
  split.expect(fingerprints(split).files);
  const GroundTruth truth = load_ground_truth(split.test, group.geometry);
  for (const auto* part : {&split.train, &split.test})
    for (const Sample& sample : *part) test::write_texture(sample.image(), 64, 64, 99);
  test::write_texture(*split.train[0].foreground, 64, 64, 99);

  const auto backbone = load_backbone(group.config->settings.backbone, "", at::kCPU, "fp32");
  const ClassImages images(
      split.train, group.geometry, [&]() -> const Backbone& { return *backbone; }, at::kCPU,
      [](const Levels& raw) { return raw; });
  CHECK_THROWS_WITH(images.image(0), Contains("its content has changed"));
  CHECK_THROWS_WITH(images.foreground(1), Contains("its content has changed"));
  ExampleImages examples(split.test, truth, group, folder / "out", std::string(64, 'f'));
  CHECK_THROWS_WITH(examples.save_maps(std::string(64, 'a'), at::zeros({2, 64, 64}), at::zeros({2})),
                    Contains("its content has changed"));
}
