#include <catch2/catch.hpp>

#include <fstream>

#include "benchmarks/comparison/compare.h"
#include "benchmarks/run/saved_maps.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/random.h"
#include "core/metrics/score_maps.h"
#include "support/cells.h"
#include "support/golden.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::ScoreMaps;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

/// Maps of six images of 7 x 9 pixels, masks the same for every method; scores of few levels, so that they tie.
ScoreMaps maps_of_method(uint64_t seed) {
  ScoreMaps maps = test::random_maps(4, 6, 7, 9, 4);
  Random random(seed);
  for (size_t p = 0; p < maps.scores.size(); ++p)
    maps.scores[p] = static_cast<float>(std::round(random.normal() + 1.2 * maps.masks[p]));
  return maps;
}

std::vector<uint8_t> labels_of(const ScoreMaps& maps) {
  const int64_t pixels = maps.height * maps.width;
  std::vector<uint8_t> labels;
  for (int64_t i = 0; i < maps.images; ++i)
    labels.push_back(std::count(maps.masks.begin() + i * pixels, maps.masks.begin() + (i + 1) * pixels, 1) > 0);
  return labels;
}

/// Keeps maps of a cell in the folder as a run does.
void keep_maps(const fs::path& folder, const StoredResult& result, const ScoreMaps& maps) {
  RunConfig config;
  config.settings.maps = "npy";
  const PlannedCell planned{std::make_shared<const RunConfig>(config),
                            result.class_name,
                            result.detector + result.cell->key_text("seed"),
                            "raw",
                            {7, 7}};
  std::vector<Sample> samples(static_cast<size_t>(maps.images));
  for (size_t i = 0; i < samples.size(); ++i) samples[i].id = fmt::format("test/{}.png", i);
  const std::vector<int64_t> shape = {maps.images, maps.height, maps.width};
  GroundTruth truth{labels_of(maps), std::vector<uint8_t>(samples.size(), 1), at::zeros(shape, at::kByte), 0};
  std::copy(maps.masks.begin(), maps.masks.end(), truth.masks.data_ptr<uint8_t>());
  at::Tensor scores = at::zeros(shape);
  std::copy(maps.scores.begin(), maps.scores.end(), scores.data_ptr<float>());
  SavedMaps(folder, planned, result.cell->hash()).save(scores, at::zeros({maps.images}), truth, samples);
}

/// The metric of copies of the drawn images, by counting every pair of pixels and every threshold.
Metric brute_metric(const ScoreMaps& maps, const std::string& metric, std::span<const int64_t> images) {
  ScoreMaps drawn{std::ssize(images), maps.height, maps.width, {}, {}};
  const int64_t pixels = maps.height * maps.width;
  for (const int64_t i : images) {
    drawn.scores.insert(drawn.scores.end(), maps.scores.begin() + i * pixels, maps.scores.begin() + (i + 1) * pixels);
    drawn.masks.insert(drawn.masks.end(), maps.masks.begin() + i * pixels, maps.masks.begin() + (i + 1) * pixels);
  }
  return Metric::measured(metric == "pro" ? test::brute_area(test::brute_curve(drawn), 0.3)
                                          : test::brute_auroc(drawn.scores, drawn.masks));
}

ImageStatistic brute_mean(const std::vector<ScoreMaps>& seeds, const std::string& metric) {
  return [=](std::span<const int64_t> images) {
    double sum = 0;
    for (const ScoreMaps& maps : seeds) sum += brute_metric(maps, metric, images).value;
    return Metric::measured(sum / static_cast<double>(seeds.size()));
  };
}

void check_same_interval(const Interval& actual, const Interval& expected) {
  CHECK(actual.estimate.undefined.empty());
  CHECK(actual.estimate.value == Approx(expected.estimate.value).margin(1e-10));
  CHECK(actual.low.value == Approx(expected.low.value).margin(1e-10));
  CHECK(actual.high.value == Approx(expected.high.value).margin(1e-10));
}

CompareSettings pixel_settings(const std::string& metric) {
  CompareSettings settings;
  settings.bootstrap = metric;
  settings.replicates = 40;
  settings.seed = 5;
  return settings;
}

}  // namespace

TEST_CASE("pixel AUROC and PRO: intervals and pairs equal those of copies of the drawn images, by brute force",
          "[compare]") {
  const std::string metric = GENERATE("pixel_auroc", "pro");
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder first, second;
  std::vector<StoredResult> cells = {test::made_cell("p", "a", Metric::measured(0.9), 0),
                                     test::made_cell("p", "a", Metric::measured(0.9), 1),
                                     test::made_cell("q", "a", Metric::measured(0.8), 0)};
  const std::vector<ScoreMaps> maps = {maps_of_method(1), maps_of_method(2), maps_of_method(3)};
  for (size_t i = 0; i < cells.size(); ++i) keep_maps(i < 2 ? first.path() : second.path(), cells[i], maps[i]);
  CompareSettings settings = pixel_settings(metric);
  settings.threads = GENERATE(1, 3);
  const Comparison result = compare(cells, settings, KeptMaps({first.path() / "cells", second.path()}));

  const std::vector<uint8_t> labels = labels_of(maps[0]);
  REQUIRE((std::count(labels.begin(), labels.end(), 1) >= 3 && std::count(labels.begin(), labels.end(), 0) >= 2));
  const ImageStatistic p = brute_mean({maps[0], maps[1]}, metric), q = brute_mean({maps[2]}, metric);
  const BootstrapOptions options{.replicates = 40, .confidence = 0.95, .seed = derive_seed(5, "a"), .threads = 1};
  REQUIRE(result.intervals.size() == 2);
  REQUIRE((result.intervals[0].seeds == 2 && result.intervals[1].seeds == 1));
  check_same_interval(result.intervals[0].interval, bootstrap_interval(labels, p, options));
  check_same_interval(result.intervals[1].interval, bootstrap_interval(labels, q, options));
  REQUIRE(result.pairs.at(0).classes.size() == 1);
  const PairedComparison expected = paired_bootstrap(labels, p, q, options);
  const PairedComparison& actual = result.pairs[0].classes[0].comparison;
  check_same_interval(actual.difference, expected.difference);
  CHECK(actual.p_value.value == Approx(expected.p_value.value));
}

TEST_CASE("without usable maps pixel metrics are undefined with the reason, image AUROC is not", "[compare]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  std::vector<StoredResult> cells;
  for (const std::string detector : {"kept", "damaged", "none", "oracle", "other"})
    cells.push_back(test::scored_cell(detector, "a", {1, 2, 3}, {2, 4, 5}));
  cells[3].cell->key.scores["selection"] = "oracle";
  for (const size_t i : {0, 1, 3}) keep_maps(folder.path(), cells[i], maps_of_method(i));
  ScoreMaps fewer = maps_of_method(9);
  fewer.images = 5;
  fewer.scores.resize(5 * 7 * 9);
  fewer.masks.resize(5 * 7 * 9);
  keep_maps(folder.path(), cells[4], fewer);
  std::ofstream(folder / "maps" / "a-damaged0-raw" / "maps" / "test" / "3.npy", std::ios::app) << "x";

  CompareSettings settings = pixel_settings("pixel_auroc");
  settings.pairs = "all";
  settings.methods = {"kept/raw", "damaged/raw", "none/raw", "oracle (oracle)/raw", "other/raw"};
  const Comparison result = compare(cells, settings, KeptMaps({folder.path()}));
  std::map<std::string, std::string> reasons;
  for (const ClassInterval& of_class : result.intervals)
    reasons[result.methods[of_class.method]] = of_class.interval.estimate.undefined;
  REQUIRE(reasons.size() == 5);
  CHECK(reasons["kept/raw"].empty());
  CHECK(reasons["other/raw"].empty());
  CHECK(reasons["none/raw"] == "no score maps: run with maps=npy");
  CHECK_THAT(reasons["damaged/raw"], Contains("a-damaged0-raw: not as it was written: run with maps=npy"));
  CHECK(reasons["oracle (oracle)/raw"] == "selection=oracle: the score maps are of another epoch than the metric");
  REQUIRE(result.pairs.size() == 10);
  for (const PairComparison& pair : result.pairs) {
    const std::string first = result.methods[pair.first], second = result.methods[pair.second];
    INFO(first << " " << second);
    const std::string expected = !reasons[first].empty()    ? reasons[first]
                                 : !reasons[second].empty() ? reasons[second]
                                                            : "the methods have different test images";
    CHECK(pair.classes.at(0).comparison.p_value.undefined == expected);
  }

  settings.bootstrap = "image_auroc";
  for (const ClassInterval& of_class : compare(cells, settings).intervals)
    CHECK(of_class.interval.estimate.value == Approx(7.5 / 9));  // of 9 pairs 7 in order, one tie
}

TEST_CASE("a pixel bootstrap that would take too long says how many replicates are affordable", "[compare]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  const StoredResult cell = test::made_cell("p", "a", Metric::measured(0.5));
  ScoreMaps maps{2, 300, 200, std::vector<float>(120000), std::vector<uint8_t>(120000)};
  maps.masks[7] = 1;
  keep_maps(folder.path(), cell, maps);
  CompareSettings settings = pixel_settings("pro");
  settings.replicates = 1'000'000;
  const Comparison result = compare({cell}, settings, KeptMaps({folder.path()}));
  CHECK(result.intervals.at(0).interval.estimate.undefined ==
        "1000000 replicates of 120000 pixels would take too long: at most 416666 replicates");
}

TEST_CASE("cells of another protocol: a note says that the bootstrap is of the exact metric", "[compare]") {
  const auto noted = [](const std::string& protocol, const std::string& metric) {
    StoredResult cell = test::scored_cell("p", "a", {1, 2}, {3});
    cell.cell->key.evaluation["metrics.protocol"] = protocol;
    for (const std::string& note : compare({cell}, pixel_settings(metric)).notes)
      if (note.find("of the exact") != std::string::npos) return note;
    return std::string();
  };
  CHECK(noted("paper", "pro") == "intervals and pairs are of the exact PRO; the cells have it by protocol paper");
  CHECK(noted("paper", "pixel_auroc").empty());
  CHECK(noted("exact", "pro").empty());
  CHECK_THAT(noted("adeval-200", "image_auroc"), Contains("exact image AUROC") && Contains("adeval-200"));
}
