// Photographs of more than 8 bits from the fit to the line.
#include <catch2/catch.hpp>

#include "benchmarks/fitting/small_models.h"
#include "benchmarks/planned_runs.h"
#include "core/base/log.h"
#include "core/image/decode.h"
#include "core/image/test_images.h"

using namespace adrep;
using test::fitted_model;
using test::PngFile;
using test::small_fit;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

/// The photographs of a class as 16-bit PNG files that use so many of the bits; masks stay as they are. Values have
/// lower bits that 8 bits do not hold.
void write_deep(const fs::path& from, const fs::path& to, int bits) {
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    const fs::path below = entry.path().lexically_relative(from);
    if (entry.is_directory()) {
      fs::create_directories(to / below);
    } else if (below.generic_string().find("ground_truth") != std::string::npos) {
      fs::copy(entry.path(), to / below);
    } else {
      const Image image = decode_rgb(entry.path());
      std::vector<uint8_t> rows;
      for (size_t i = 0; i < image.pixels.size(); ++i) {
        const auto lower = static_cast<unsigned>(i % 7) % (1U << (bits - 8));
        const unsigned value = (unsigned{image.pixels[i]} << (bits - 8)) + lower;
        rows.push_back(static_cast<uint8_t>(value >> 8));
        rows.push_back(static_cast<uint8_t>(value & 255));
      }
      const PngFile png{.width = image.width, .height = image.height, .depth = 16, .colour_type = PNG_COLOR_TYPE_RGB};
      write_file_atomically(to / below, png.bytes(rows));
    }
  }
}

std::vector<FilePrediction> predictions_of(const fs::path& model, const std::vector<ScoredImage>& images,
                                           const fs::path& data) {
  std::vector<ImageFile> files;
  for (const ScoredImage& image : images) files.emplace_back(data / image.sample.id);
  std::vector<FilePrediction> made(files.size());
  Pipeline::load(model).predict_files(files, 2, [&](FilePrediction one) {
    const size_t place = one.index;
    made[place] = std::move(one);
    return true;
  });
  return made;
}

}  // namespace

TEST_CASE("photographs of 16 bits are fitted on and scored as those of their upper 8 bits, and as a run scores them",
          "[fitting]") {
  set_verbosity(Verbosity::quiet);
  const auto [bits, scale] = GENERATE(table<int, std::string>({{16, "16"}, {10, "10"}, {10, "auto"}, {12, "12"}}));
  CAPTURE(bits, scale);
  const TemporaryFolder eight, deep;
  test::write_mvtec_class(eight / "data", "plate", 6, 2, 80);
  write_deep(eight / "data", deep / "data", bits);
  std::vector<std::string> words = {"threshold.calibration=cv", "threshold.folds=2"};
  const FittedModel expected = fitted_model(small_fit(eight, "padim", words), eight);
  words.push_back("image.scale=" + scale);
  const FittedModel made = fitted_model(small_fit(deep, "padim", words), deep);
  CHECK(made.artefact.reading.bits == bits);
  save_artefact(deep / "part.adrep", made.artefact);

  REQUIRE(made.labelled.size() == 4);
  const std::vector<FilePrediction> all = predictions_of(deep / "part.adrep", made.labelled, deep / "data");
  const RunOutcome run =
      run_plan(test::plan_of({"detector=padim", "backbone=efficientnet_lite0", "threads=2", "image.scale=" + scale,
                              "weights=" + test::seeded_efficientnet().string()},
                             deep),
               deep / "out");
  REQUIRE(run.failed() == 0);
  const ResultSet stored = test::stored_results(deep / "out", run);
  const std::vector<ImageScore>& scores = stored.results().at(0).cell->scores;
  REQUIRE(scores.size() == 4);
  for (size_t i = 0; i < all.size(); ++i) {
    const ScoredImage& image = made.labelled[i];
    CAPTURE(image.sample.id);
    REQUIRE(all[i].prediction);
    CHECK(all[i].prediction->score == image.prediction.score);
    CHECK(image.sample.id == expected.labelled[i].sample.id);
    CHECK(all[i].prediction->score == expected.labelled[i].prediction.score);
    CHECK(at::equal(all[i].prediction->map, expected.labelled[i].prediction.map));
    const auto of_run = std::find_if(scores.begin(), scores.end(),
                                     [&](const ImageScore& score) { return score.id == image.sample.id; });
    REQUIRE(of_run != scores.end());
    CHECK(all[i].prediction->score == Approx(of_run->score).epsilon(1e-4));  // it went through with others
  }
  if (bits == 16) return;
  // read by the high byte they are nearly black, and score otherwise
  const FittedModel dark =
      fitted_model(small_fit(deep, "padim", {"threshold.calibration=cv", "threshold.folds=2"}), deep);
  CHECK(dark.labelled[0].prediction.score != made.labelled[0].prediction.score);
}
