#include "benchmarks/run/saved_maps.h"

#include <catch2/catch.hpp>

#include "benchmarks/run/runner.h"
#include "core/backbones/backbone.h"
#include "core/base/atomic_file.h"
#include "core/base/log.h"
#include "core/image/decode.h"
#include "core/maps/map_pairs.h"
#include "support/golden.h"
#include "support/seeded_backbones.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

PlannedCell planned(const std::string& maps, const std::string& class_name = "a plate") {
  RunConfig config;
  config.settings.maps = maps;
  return {std::make_shared<const RunConfig>(config), class_name, "padim", "raw", {4, 4}};
}

/// Four test images: normal, two anomalous ones whose stems are equal, and an anomalous one without a mask.
struct TestSet {
  std::vector<Sample> samples;
  GroundTruth truth;
  at::Tensor maps = at::arange(4 * 4 * 5, at::kFloat).reshape({4, 4, 5}) / 7,
             scores = at::tensor(std::vector<float>{0.1f, 2.f / 3, 5, 1e-9f});

  TestSet() {
    for (const char* id : {"a plate/test/good/1.png", "a plate/test/hole,x/1.png", "a plate/test/hole,x/1.jpg",
                           "a plate/test/hole,x/2.png"}) {
      Sample sample;
      sample.id = id;
      sample.anomalous = samples.size() > 0;
      samples.push_back(sample);
    }
    truth = {{0, 1, 1, 1}, {1, 1, 1, 0}, at::zeros({4, 4, 5}, at::kByte), 1};
    truth.masks[1][2][3] = 1;
  }
};

std::map<std::string, std::string> files_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files[entry.path().lexically_relative(folder).string()] = read_file(entry.path());
  return files;
}

Plan map_plan_of(std::vector<std::string> assignments, const test::TemporaryFolder& folder) {
  for (const std::string& more :
       {"data=" + (folder / "data").string(), "backbone=" + test::seeded_backbone(), std::string("image.crop=64"),
        std::string("image.resize=64"), std::string("references.shots=2")})
    assignments.push_back(more);
  return make_plan(resolve_run(read_config({}, assignments)));
}

}  // namespace

TEST_CASE("titles become file names; where they had to change, the hash keeps them apart", "[saved_maps]") {
  const std::string hash = "0123456789abcdef";
  CHECK(folder_name("fabric · padim · raw", hash) == "fabric-padim-raw");
  CHECK(folder_name("01 · patchcore · raw · patchcore.ratio=0.01", hash) ==
        "01-patchcore-raw-patchcore.ratio-0.01-01234567");
  CHECK(folder_name("../etc · a", hash) == "_._etc-a-01234567");
  CHECK(folder_name("a/b", hash) == "a_b-01234567");
  CHECK(folder_name("a_b", hash) == "a_b");
  CHECK(folder_name(std::string(400, 'x'), hash).size() < 200);
}

TEST_CASE("saved maps: one npy an image, masks of anomalous images, a manifest", "[saved_maps]") {
  const test::TemporaryFolder folder;
  set_verbosity(Verbosity::quiet);
  const TestSet set;
  CHECK_FALSE(SavedMaps(folder / "out", planned("none"), "abcdefgh1").missing());
  const SavedMaps saved(folder / "out", planned("npy"), "abcdefgh1");
  REQUIRE(saved.missing());
  saved.save(set.maps, set.scores, set.truth, set.samples);
  CHECK_FALSE(saved.missing());
  const auto files = files_of(saved.folder());
  std::vector<std::string> names;
  for (const auto& [name, content] : files) names.push_back(name);
  CHECK(names == std::vector<std::string>{"cell.json", "manifest.csv", "maps/a plate/test/good/1.npy",
                                          "maps/a plate/test/hole,x/1.jpg.npy", "maps/a plate/test/hole,x/1.png.npy",
                                          "maps/a plate/test/hole,x/2.npy", "masks/a plate/test/hole,x/1.jpg.png",
                                          "masks/a plate/test/hole,x/1.png.png"});
  CHECK(files.at("manifest.csv") ==
        "map,mask,label,image_score\n"
        "maps/a plate/test/good/1.npy,,0,0.1\n"
        "\"maps/a plate/test/hole,x/1.png.npy\",\"masks/a plate/test/hole,x/1.png.png\",1,0.6666667\n"
        "\"maps/a plate/test/hole,x/1.jpg.npy\",\"masks/a plate/test/hole,x/1.jpg.png\",1,5\n");
  const Image mask = decode_mask(saved.folder() / "masks/a plate/test/hole,x/1.png.png");
  CHECK((mask.width == 5 && mask.height == 4 && mask.at(2, 3)[0] == 255));
  CHECK(std::count(mask.pixels.begin(), mask.pixels.end(), 0) == 19);

  const LoadedMaps read = load_all(open_map_pairs(saved.folder() / "manifest.csv", {}));
  REQUIRE((read.images == 3 && read.height == 4 && read.width == 5));
  const float* expected = set.maps.const_data_ptr<float>();
  CHECK(std::equal(read.scores.begin(), read.scores.end(), expected));
  CHECK(read.image_scores == std::vector<float>{0.1f, 2.f / 3, 5});
  CHECK(read.labels == std::vector<uint8_t>{0, 1, 1});
  CHECK(std::count(read.masks.begin(), read.masks.end(), 1) == 1);

  const SavedMaps other(folder / "other", planned("npy"), "abcdefgh1");
  other.save(set.maps, set.scores, set.truth, set.samples);
  CHECK(files_of(other.folder()) == files);
}

TEST_CASE("maps of another cell with the same title are moved, and nothing is left half-written", "[saved_maps]") {
  const test::TemporaryFolder folder;
  set_verbosity(Verbosity::quiet);
  const TestSet set;
  const SavedMaps first(folder / "out", planned("npy", "plate"), "11111111aa");
  const SavedMaps second(folder / "out", planned("npy", "plate"), "22222222aa");
  REQUIRE(first.folder() == second.folder());
  first.save(set.maps, set.scores, set.truth, set.samples);
  const auto before = files_of(first.folder());
  second.save(set.maps * 2, set.scores, set.truth, set.samples);
  CHECK(first.missing());
  CHECK_FALSE(second.missing());
  const fs::path previous = first.folder().parent_path() / "previous";
  CHECK(files_of(previous / "plate-padim-raw-11111111") == before);
  first.save(set.maps, set.scores, set.truth, set.samples);
  second.save(set.maps * 2, set.scores, set.truth, set.samples);
  CHECK(files_of(previous / "plate-padim-raw-11111111") == before);
  CHECK(files_of(previous).size() == 2 * before.size());

  // a sample whose path cannot be made: a file stands where a folder is needed
  TestSet broken;
  broken.samples[3].id = "a plate/test/good/1.npy/x.png";
  const SavedMaps third(folder / "third", planned("npy"), "33333333aa");
  CHECK_THROWS_AS(third.save(broken.maps, broken.scores, broken.truth, broken.samples), WriteError);
  CHECK(files_of(folder / "third").empty());
  CHECK(third.missing());
}

TEST_CASE("a run keeps maps that give its cells' metrics again, and changes no cell", "[saved_maps][runner]") {
  const test::TemporaryFolder folder;
  set_verbosity(Verbosity::quiet);
  test::write_mvtec_class(folder / "data", "plate", 4, 3);
  const std::string detectors = "detector=padim,feature_norm";
  run_plan(map_plan_of({detectors}, folder), folder / "out");
  const auto cells = files_of(folder / "out" / "cells");
  CHECK_FALSE(fs::exists(folder / "out" / "maps"));

  const RunOutcome outcome = run_plan(map_plan_of({detectors, "maps=npy"}, folder), folder / "out");
  REQUIRE(outcome.failed() == 0);
  CHECK(files_of(folder / "out" / "cells") == cells);
  for (const CellOutcome& cell : outcome.cells) {
    INFO(cell.planned.title());
    CHECK((cell.reused && cell.seconds > 0));
    const fs::path saved = folder / "out" / "maps" / folder_name(cell.planned.title(), cell.cell->hash());
    const LoadedMaps maps = load_all(open_map_pairs(saved / "manifest.csv", {}));
    const MetricSet again = NamedProtocol("exact").evaluate(maps.scored());
    for (const auto& [name, metric] : cell.cell->metrics) CHECK(again.find(name)->value == metric.value);
  }
  const RunOutcome third = run_plan(map_plan_of({detectors, "maps=npy"}, folder), folder / "out");
  for (const CellOutcome& cell : third.cells) CHECK(cell.seconds == 0);

  run_plan(map_plan_of({detectors, "maps=npy"}, folder), folder / "fresh");
  CHECK(files_of(folder / "fresh" / "maps") == files_of(folder / "out" / "maps"));
  CHECK(files_of(folder / "fresh" / "cells") == cells);
}
