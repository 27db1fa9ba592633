#include <fmt/ranges.h>

#include <catch2/catch.hpp>

#include "benchmarks/tables/table.h"
#include "benchmarks/tables/table_formats.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

StoredResult result_of(const std::string& class_name, const std::string& detector, Metric image, Metric pro) {
  Cell cell;
  cell.key.fit = {{"backbone", "b"}, {"class", class_name}, {"detector", detector}, {"features", "raw"}};
  cell.key.evaluation = {{"metrics.protocol", "exact"}};
  cell.metrics = {{"image_auroc", image}, {"image_ap", Metric::measured(0.5)}, {"pro", pro}};
  return {.data_set = "set",
          .class_name = class_name,
          .detector = detector,
          .features = "raw",
          .planned = {},
          .cell = cell};
}

Table table_of(std::vector<StoredResult> results) {
  return make_table(ResultSet::of(std::move(results)));
}

std::vector<StoredResult> results() {
  const StoredResult failed{.data_set = "set",
                            .class_name = "c, d",
                            .detector = "padim",
                            .features = "raw",
                            .planned = {},
                            .error = "NaN features"};
  return {result_of("a", "padim", Metric::measured(0.9), Metric::measured(0.8)),
          result_of("a", "x_y", Metric::measured(0.95), Metric::none("no masks")),
          result_of("c, d", "x_y", Metric::measured(0.5), Metric::measured(0.25)), failed};
}

}  // namespace

TEST_CASE("means leave out undefined values and failed cells, and the notes say so", "[table]") {
  const Table table = table_of(results());
  REQUIRE(table.metrics == std::vector<std::string>{"image_auroc", "pro"});
  REQUIRE(table.headings == std::vector<std::string>{"image AUROC", "PRO (exact)"});
  REQUIRE(table.rows.size() == 5);
  const TableRow& padim = table.rows[3];
  const TableRow& other = table.rows[4];
  REQUIRE((padim.is_mean && padim.detector == "padim" && padim.classes == 1));
  REQUIRE(shown_class(padim) == "mean of 1 of 2");
  REQUIRE((other.is_mean && other.classes == 2));
  REQUIRE(shown_class(other) == "mean of 2");
  REQUIRE(shown_value(other, 1) == "25.0 (1 of 2)");
  REQUIRE(other.values[0].value == Approx(0.725));
  REQUIRE(other.values[1].value == 0.25);
  std::string notes;
  for (const std::string& note : table.notes) notes += note + "\n";
  REQUIRE_THAT(notes, Contains("PRO of a: no masks") && Contains("NaN features") && Contains("1 seed") &&
                          Contains("selection: last"));
}

TEST_CASE("the best of a class is marked, ties alike, lone rows not", "[table]") {
  const Table table = table_of(results());
  // the mean of padim is over one class of two: it is compared with nothing, and then nothing is with the other
  REQUIRE(best_in_class(table, 0) == std::vector<bool>{false, true, false, false, false});
  Table tie = table_of({result_of("a", "p", Metric::measured(0.90004), Metric::measured(0.1)),
                        result_of("a", "q", Metric::measured(0.9), Metric::measured(0.2))});
  REQUIRE(best_in_class(tie, 0) == std::vector<bool>{true, true});
}

TEST_CASE("no mean and no bold value crosses data sets, also where classes have one name", "[table]") {
  std::vector<StoredResult> all;
  for (const char* detector : {"p", "q"})
    for (const char* class_name : {"a", "b"})
      for (const char* data_set : {"one", "two"}) {
        const double value = detector == std::string("p") ? 0.9 : data_set == std::string("one") ? 0.8 : 0.95;
        all.push_back(result_of(class_name, detector, Metric::measured(value), Metric::measured(0.5)));
        all.back().data_set = data_set;
        all.back().cell->key.evaluation["data"] = std::string(data_set) + class_name;
      }
  all.pop_back();  // q has no class b of the second
  all.push_back({.data_set = "two", .class_name = "b", .detector = "q", .features = "raw", .planned = {}});
  const Table table = table_of(all);
  INFO(table_as_text(table, false));
  REQUIRE(table.several_data_sets());
  const auto mean_of = [&](const std::string& data_set, const std::string& detector) {
    const auto row = std::find_if(table.rows.begin(), table.rows.end(), [&](const TableRow& of) {
      return of.is_mean && of.data_set == data_set && of.detector == detector;
    });
    REQUIRE(row != table.rows.end());
    const bool best = best_in_class(table, 0)[static_cast<size_t>(row - table.rows.begin())];
    return std::pair(*row, best);
  };
  CHECK(mean_of("one", "p").first.values[0].value == Approx(0.9));
  CHECK(mean_of("one", "p").second);
  CHECK_FALSE(mean_of("one", "q").second);
  CHECK(shown_class(mean_of("two", "q").first) == "mean of 1 of 2");
  CHECK_FALSE(mean_of("two", "q").second);  // 95.0 over fewer classes is no better than 90.0 over all
  CHECK_THAT(fmt::format("{}", fmt::join(table.notes, "\n")), Contains("not computed yet: 1 of 8 cells"));
  CHECK_THAT(table_as_text(table, false), Contains("data set") && Contains("two"));
}

TEST_CASE("classes of one name with other images are of another data set", "[table]") {
  std::vector<StoredResult> all;
  for (const char* print : {"0123456789", "abcdefghij"}) {
    all.push_back(result_of("a", "p", Metric::measured(0.5), Metric::measured(0.5)));
    all.back().cell->key.evaluation["data"] = print;
  }
  const Table table = table_of(all);
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].data_set == "set (01234567)");
  CHECK(table.rows[1].data_set == "set (abcdefgh)");
}

TEST_CASE("every format carries the same numbers and says undefined", "[table]") {
  const Table table = table_of(results());
  REQUIRE_THAT(table_as_text(table, false), Contains("90.0") && Contains("undef.") && !Contains("\033"));
  REQUIRE_THAT(table_as_text(table, true), Contains("\033[1m"));
  REQUIRE_THAT(table_as_csv(table), Contains("set,a,padim,raw,,1,1,0.9,0.8") && Contains("\"c, d\",x_y") &&
                                        Contains("set,a,x_y,raw,,1,1,0.95,,,,1,0,,,0,1,no masks\n"));
  REQUIRE_THAT(table_as_markdown(table), Contains("| **95.0** |") && Contains("| undef. |"));
  const auto json = nlohmann::json::parse(table_as_json(table));
  REQUIRE(json["rows"][0]["metrics"]["image_auroc"] == 0.9);
  REQUIRE(json["rows"][1]["metrics"]["pro"]["undefined"] == "no masks");
}

namespace {

StoredResult seed_result(const std::string& class_name, const std::string& features, int seed, double image,
                         Metric pro = Metric::measured(0.5)) {
  StoredResult made = result_of(class_name, "padim", Metric::measured(image), std::move(pro));
  made.features = features;
  made.cell->key.fit.update({{"features", features}, {"seed", seed}});
  return made;
}

/// Class a: 0.90, 0.92, 0.97 (mean 0.93, deviation √0.0013); class b: 0.50, 0.56, 0.53 (0.53, 0.03).
/// Means of the seeds: 0.70, 0.74, 0.75: 0.73, deviation √0.0007.
std::vector<StoredResult> three_seeds() {
  return {seed_result("a", "raw", 0, 0.90), seed_result("b", "raw", 0, 0.50), seed_result("a", "raw", 1, 0.92),
          seed_result("b", "raw", 1, 0.56), seed_result("a", "raw", 2, 0.97), seed_result("b", "raw", 2, 0.53)};
}

size_t lines(const std::string& text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("several seeds are one row a class with mean and sample deviation", "[table]") {
  const Table table = table_of(three_seeds());
  REQUIRE(table.rows.size() == 3);
  REQUIRE(table.seed_rows.size() == 9);
  REQUIRE(table.rows[0].values[0].value == Approx(0.93));
  REQUIRE(table.rows[0].over_seeds[0].deviation.value == Approx(std::sqrt(0.0013)));
  REQUIRE(table.rows[1].over_seeds[0].deviation.value == Approx(0.03));
  REQUIRE(table.rows[2].is_mean);
  REQUIRE(table.rows[2].values[0].value == Approx(0.73));
  REQUIRE(table.rows[2].over_seeds[0].deviation.value == Approx(std::sqrt(0.0007)));
  REQUIRE(table.rows[2].over_seeds[0].defined == 3);
  REQUIRE(table.seed_rows.back().values[0].value == Approx(0.75));
  REQUIRE_THAT(fmt::format("{}", fmt::join(table.notes, "\n")),
               Contains("(n = 3)") && Contains("3 seeds") && Contains("each seed's mean over classes"));
}

TEST_CASE("undefined seeds are left out with a count, of the deviation of class means too", "[table]") {
  auto cells = three_seeds();
  cells[1].cell->metrics[2].second = Metric::none("no masks");
  const Table table = table_of(cells);
  REQUIRE((table.rows[1].over_seeds[1].defined == 2 && table.rows[1].over_seeds[1].undefined == 1));
  REQUIRE((table.rows[2].over_seeds[1].defined == 2 && table.rows[2].over_seeds[1].undefined == 1));
  REQUIRE_THAT(table_as_csv(table), Contains("set,b,padim,raw,,1,1,0.53,0.5,all,0.03"));
  REQUIRE_THAT(fmt::format("{}", fmt::join(table.notes, "\n")), Contains("PRO of b: no masks (1 cell)"));
}

TEST_CASE("a cell that no swept seed changes counts once and has no deviation", "[table]") {
  auto cells = three_seeds();
  for (StoredResult& cell : cells) cell.cell->key.fit["seed"] = 0;
  const Table table = table_of({cells[0], cells[2], cells[4]});
  REQUIRE(table.rows.size() == 1);
  REQUIRE(table.rows[0].over_seeds.empty());
  REQUIRE(shown_value(table.rows[0], 0) == "90.0");
  // beside a method that the seeds do change
  std::vector<StoredResult> both = three_seeds();
  for (int copy = 0; copy < 3; ++copy) both.push_back(result_of("a", "feature_norm", Metric::measured(0.8), {}));
  const Table mixed = table_of(both);
  const auto fixed = std::find_if(mixed.rows.begin(), mixed.rows.end(),
                                  [](const TableRow& row) { return row.detector == "feature_norm"; });
  REQUIRE(fixed->over_seeds[0].defined == 1);
  REQUIRE(shown_value(*fixed, 0) == "80.0");
}

TEST_CASE("every format has mean ± deviation; CSV and JSON keep each seed", "[table]") {
  const Table table = table_of(three_seeds());
  REQUIRE_THAT(table_as_text(table, false), Contains("93.0 ± 3.6") && Contains("73.0 ± 2.6"));
  REQUIRE_THAT(table_as_markdown(table), Contains("| 93.0 ± 3.6 |"));
  const std::string csv = table_as_csv(table);
  REQUIRE(lines(csv) == 13);
  REQUIRE_THAT(csv, Contains("set,b,padim,raw,,1,1,0.56,0.5,seed=1,,1,0,"));
  const auto json = nlohmann::json::parse(table_as_json(table));
  REQUIRE(json["rows"].size() == 3);
  REQUIRE(json["seed_rows"].size() == 9);
  REQUIRE(json["rows"][1]["over_seeds"]["image_auroc"]["n"] == 3);
  REQUIRE(json["rows"][1]["over_seeds"]["image_auroc"]["std"].get<double>() == Approx(0.03));
  REQUIRE(json["seed_rows"][1]["seed"] == "seed=1");
}

TEST_CASE("a step over the whole test set is noted, and then not everything was chosen without it", "[table]") {
  auto all = results();
  all[0].cell->details["post_step"] = "min_max";
  const std::string notes = fmt::format("{}", fmt::join(table_of(all).notes, "\n"));
  REQUIRE_THAT(notes, Contains("maps scaled over the whole test set (step min_max)") &&
                          Contains("no model chosen on test data") && !Contains("nothing chosen"));
  REQUIRE_THAT(fmt::format("{}", fmt::join(table_of(results()).notes, "\n")),
               Contains("nothing chosen on test data") && !Contains("scaled over"));
}

TEST_CASE("shots × reference seeds: a row for each number of shots, mean ± deviation over the seeds", "[table]") {
  std::vector<StoredResult> all;
  for (const int shots : {2, 8})
    for (int seed = 0; seed < 3; ++seed) {
      StoredResult made =
          result_of("a", "padim", Metric::measured(0.5 + 0.1 * shots / 2 + 0.01 * seed * shots), Metric::measured(0.5));
      made.features = "residual";
      made.cell->key.fit.update({{"features", "residual"}, {"references.shots", shots}, {"references.seed", seed}});
      all.push_back(made);
    }
  const Table table = table_of(all);
  REQUIRE(table.rows.size() == 2);
  REQUIRE(table.seed_rows.size() == 6);
  for (size_t i = 0; i < 2; ++i) {
    const double shots = i == 0 ? 2 : 8;
    REQUIRE(table.rows[i].variant == fmt::format("references.shots={}", shots));
    REQUIRE(table.rows[i].values[0].value == Approx(0.5 + 0.05 * shots + 0.01 * shots));
    REQUIRE(table.rows[i].over_seeds[0].deviation.value == Approx(0.01 * shots));
  }
}

namespace {

/// A class without masks: image scores 0, 1, … of normal images and these of anomalous ones.
StoredResult unmasked(const std::string& class_name, const std::string& detector, double auroc,
                      const std::vector<double>& normal, const std::vector<double>& anomalous) {
  StoredResult result = result_of(class_name, detector, Metric::measured(auroc), Metric::none("no anomalous pixel"));
  Cell& cell = *result.cell;
  cell.metrics.emplace_back("image_f1", Metric::measured(0.75));
  cell.metrics.emplace_back("pixel_auroc", Metric::none("no anomalous pixel"));
  for (const double score : normal) cell.scores.push_back({"n", "good", false, score});
  for (const double score : anomalous) cell.scores.push_back({"a", "hole", true, score});
  cell.test_images = std::ssize(cell.scores);
  cell.anomalous_images = cell.images_without_mask = std::ssize(anomalous);
  return result;
}

}  // namespace

TEST_CASE("where no class has masks the columns are those of images", "[table]") {
  const Table table = table_of({unmasked("a", "padim", 0.9, {0, 1, 2, 3}, {2.5, 4, 5}),
                                unmasked("a", "patchcore", 0.95, {0, 1, 2, 3}, {3.5, 4, 5})});
  REQUIRE(table.headings ==
          std::vector<std::string>{"image AUROC", "image AP", "image F1-max", "image FPR at 95 % TPR"});
  CHECK(table.rows[0].values[3].value == 0.25);  // one of four normal images is above 2.5
  CHECK(table.rows[1].values[3].value == 0);
  CHECK(best_in_class(table, 3) == std::vector<bool>{false, true});  // the lowest rate is the best
  CHECK(best_in_class(table, 0) == std::vector<bool>{false, true});
  // one class with masks: pixel metrics are shown
  const Table mixed = table_of({unmasked("a", "padim", 0.9, {0, 1}, {2}),
                                result_of("b", "padim", Metric::measured(0.9), Metric::measured(0.8))});
  CHECK(mixed.headings == std::vector<std::string>{"image AUROC", "PRO (exact)", "pixel AUROC"});
}

TEST_CASE("an AUROC that rests on few images has its interval, one below 50 a note", "[table]") {
  const Table table = table_of({unmasked("a", "padim", 0.45, {0, 1, 2, 3, 4, 5}, {1, 2, 3}),
                                unmasked("b", "padim", 0.9, std::vector<double>(20, 0), std::vector<double>(20, 1))});
  REQUIRE(table.rows[0].intervals.size() == table.metrics.size());
  REQUIRE(table.rows[0].intervals[0].has_value());
  CHECK(table.rows[0].intervals[0]->low == auroc_interval(0.45, 6, 3).low);
  CHECK_FALSE(table.rows[0].intervals[1].has_value());
  CHECK_FALSE(table.rows[1].intervals[0].has_value());  // twenty of each are not few
  CHECK_THAT(fmt::format("{}", fmt::join(table.notes, "\n")),
             Contains("below 50, worse than chance: image AUROC of a (padim/raw)"));
}

TEST_CASE("notes of classes' files stand under the table, alike ones once", "[table]") {
  std::vector<StoredResult> all;
  for (const std::string name : {"a", "b", "c", "d", "e", "f", "g"}) {
    all.push_back(result_of(name, "padim", Metric::measured(0.9), Metric::measured(0.8)));
    all.back().cell->details["data_notes"] = {"soft masks"};
  }
  all[1].cell->details["data_notes"].push_back("3 of 9 defects lie outside the crop");
  all[1].cell->details["detector_notes"] = {"the loss has not fallen"};
  const std::string notes = fmt::format("{}", fmt::join(table_of(all).notes, "\n"));
  CHECK_THAT(notes, Contains("a, b, c, d, e and 2 more: soft masks\nb: 3 of 9 defects lie outside the crop"));
  CHECK_THAT(notes, Contains("padim/raw on b: the loss has not fallen"));
}

TEST_CASE("names that mean something in a format are escaped in it", "[table]") {
  const Table table = table_of({result_of("=SUM|A_1", "padim", Metric::measured(0.9), Metric::measured(0.8))});
  CHECK_THAT(table_as_csv(table), Contains("\nset,'=SUM|A_1,"));
  CHECK_THAT(table_as_markdown(table), Contains("| =SUM\\|A\\_1 |"));
}

TEST_CASE("what has to be said of the weights is said once under the table", "[table]") {
  std::vector<StoredResult> all = results();
  for (StoredResult& result : all)
    if (result.cell) result.cell->details["weights"] = "w.pth: keys fit, not a published file";
  const std::vector<std::string> notes = table_of(all).notes;
  CHECK(std::count(notes.begin(), notes.end(), "backbone b, w.pth: keys fit, not a published file") == 1);
  const std::vector<std::string> plain = table_of(results()).notes;
  CHECK(plain.size() + 1 == notes.size());
}
