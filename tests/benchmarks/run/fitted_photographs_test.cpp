#include <catch2/catch.hpp>

#include <cmath>

#include "benchmarks/planned_runs.h"
#include "benchmarks/run/examples.h"
#include "benchmarks/tables/table.h"
#include "core/base/random.h"
#include "core/image/encode.h"
#include "core/maps/npy.h"
#include "detectors/pipeline/pipeline.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::plan_of;
namespace fs = std::filesystem;

namespace {

/// Photographs of a long part, 256 x 64; `defect` draws a bright square near its left end, which a crop does not show.
void write_long(const fs::path& file, uint64_t seed, bool defect) {
  Image image(256, 64, 3);
  Random random(seed);
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x)
      for (int c = 0; c < 3; ++c)
        image.at(y, x)[c] =
            static_cast<uint8_t>(90 + 20 * std::sin(0.4 * x) + 20 * std::sin(0.5 * y) + random.below(10));
  for (int y = 20; defect && y < 44; ++y)
    for (int x = 16; x < 40; ++x) std::fill_n(image.at(y, x), 3, uint8_t{250});
  write_file_atomically(file, encode_png(image));
}

void write_long_class(const test::TemporaryFolder& folder) {
  const fs::path root = folder / "data/rail";
  for (int i = 0; i < 6; ++i) write_long(root / fmt::format("train/good/{}.png", i), 10 + i, false);
  for (int i = 0; i < 3; ++i) {
    write_long(root / fmt::format("test/good/{}.png", i), 20 + i, false);
    write_long(root / fmt::format("test/hole/{}.png", i), 30 + i, true);
    Image mask(256, 64, 1);
    for (int y = 20; y < 44; ++y) std::fill_n(mask.at(y, 16), 24, uint8_t{255});
    write_file_atomically(root / fmt::format("ground_truth/hole/{}_mask.png", i), encode_png(mask));
  }
}

const Cell& only_cell(const RunOutcome& outcome) {
  REQUIRE(outcome.cells.size() == 1);
  INFO(outcome.cells[0].error);
  REQUIRE(outcome.cells[0].cell.has_value());
  return *outcome.cells[0].cell;
}

}  // namespace

TEST_CASE("a crop that hides the defects says so, auto pads and finds them", "[runner][fit]") {
  const test::TemporaryFolder folder;
  write_long_class(folder);
  const RunOutcome cropped = run_plan(plan_of({"detector=patchcore", "image.fit=crop"}, folder), folder / "crop");
  CHECK(only_cell(cropped).outside_crop == 3);
  CHECK(only_cell(cropped).metric("pixel_auroc").undefined == "no anomalous pixel");
  const Table table = make_table(test::stored_results(folder / "crop", cropped));
  CHECK_THAT(fmt::format("{}", fmt::join(table.notes, "\n")),
             Contains("rail: 3 of 3 defects lie outside the crop, with 100 % of all marked pixels"));

  const RunOutcome padded =
      run_plan(plan_of({"detector=patchcore", "maps=npy", "models=keep"}, folder), folder / "pad");
  const Cell& cell = only_cell(padded);
  CHECK(cell.outside_crop == 0);
  CHECK(cell.key_text("image.fit") == "pad");
  CHECK(cell.metric("image_auroc").value == 1.0);
  CHECK(cell.metric("pixel_auroc").value > 0.95);
  CHECK_THAT(fmt::format("{}", fmt::join(make_table(test::stored_results(folder / "pad", padded)).notes, "\n")),
             Contains("rail: image.fit=auto padded"));

  // maps are kept without the padding, and a kept model scores a photograph as the run did
  for (const auto& entry : fs::recursive_directory_iterator(folder / "pad/maps"))
    if (entry.path().extension() == ".npy") CHECK(fs::file_size(entry.path()) == 128 + 64 * 16 * sizeof(float));
  for (const auto& entry : fs::recursive_directory_iterator(folder / "pad/models")) {
    if (!entry.is_regular_file()) continue;
    PipelineOptions options;
    options.trust_code = true;
    options.weights = test::seeded_backbone().substr(std::string("torchscript:").size());
    const Pipeline pipeline = Pipeline::load(entry.path(), options);
    std::vector<ImageFile> files;
    for (const ImageScore& score : cell.scores) files.emplace_back(folder / ("data/" + score.id));
    const Scores again = pipeline.score_files(files);
    for (size_t i = 0; i < cell.scores.size(); ++i)
      CHECK(again.image_scores[static_cast<int64_t>(i)].item<double>() == Approx(cell.scores[i].score).epsilon(1e-5));
  }
}

TEST_CASE("tiles see the whole photograph at full size, with and without references", "[runner][fit]") {
  const test::TemporaryFolder folder;
  write_long_class(folder);
  for (const std::string features : {"raw", "residual"}) {
    INFO(features);
    const RunOutcome outcome =
        run_plan(plan_of({"detector=patchcore", "image.fit=tiles", "maps=npy", "features=" + features}, folder),
                 folder / features);
    const Cell& cell = only_cell(outcome);
    CHECK(cell.train_images == 6);
    CHECK(cell.test_images == 6);
    CHECK(cell.scores.size() == 6);
    CHECK(cell.references.size() == (features == "raw" ? 0 : 2));
    CHECK(cell.metric("image_auroc").value == 1.0);
    CHECK(cell.metric("pixel_auroc").value > 0.95);
    const CellExamples examples = load_examples(folder / features, cell.hash());
    REQUIRE(examples.images.dim() == 4);
    CHECK(examples.images.sizes().slice(1) == at::IntArrayRef({64, 256, 3}));
    const RunOutcome again =
        run_plan(plan_of({"detector=patchcore", "image.fit=tiles", "maps=npy", "features=" + features}, folder),
                 folder / "again");
    CHECK(only_cell(again).metrics.size() == cell.metrics.size());
    CHECK(to_json_text(only_cell(again)) == to_json_text(cell));  // from the score cache
  }
}

TEST_CASE("photographs of several sizes: unreadable ones are left out whole, small ones lie in the corner",
          "[runner][fit]") {
  const test::TemporaryFolder folder;
  write_long_class(folder);
  write_file_atomically(folder / "data/rail/train/good/9.png", "no image");
  Image square(64, 64, 3);
  for (size_t i = 0; i < square.pixels.size(); ++i) square.pixels[i] = static_cast<uint8_t>(80 + i % 50);
  write_file_atomically(folder / "data/rail/test/good/9.png", encode_png(square));
  const RunOutcome outcome =
      run_plan(plan_of({"detector=patchcore", "image.fit=tiles", "on_bad_image=skip"}, folder), folder / "out");
  const Cell& cell = only_cell(outcome);
  CHECK(cell.train_images == 6);
  CHECK(cell.test_images == 7);
  CHECK(cell.skipped == std::vector<std::string>{"rail/train/good/9.png"});
  CHECK(cell.metric("pixel_auroc").defined());
}
