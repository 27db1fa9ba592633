#include "benchmarks/layouts/laid_out.h"

#include <catch2/catch.hpp>

#include "benchmarks/layouts/hub_export.h"
#include "benchmarks/layouts/layout_formats.h"
#include "benchmarks/ledger/known_values.h"
#include "datasets/tree.h"
#include "support/method_results.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::finished_result;

namespace {

/// Two data sets of two classes and one, two detectors, raw and pretrained; CFLOW's are oracle.
std::vector<StoredResult> sweep_results() {
  std::vector<StoredResult> results;
  const auto add = [&](const std::string& data, const std::string& name, const std::string& detector,
                       const std::string& features, double image, double pro) {
    results.push_back(finished_result(data, name, detector, features, {{"image_auroc", image}, {"pro", pro}}));
    if (detector == "cflow") results.back().cell->key.scores["selection"] = "oracle";
  };
  add("mvtec_ad", "bottle", "padim", "raw", 0.90, 0.80);
  add("mvtec_ad", "cable", "padim", "raw", 0.80, 0.70);
  add("mvtec_ad", "bottle", "padim", "pretrained", 0.95, 0.70);
  add("mvtec_ad", "cable", "padim", "pretrained", 0.85, 0.72);
  add("visa", "candle", "padim", "raw", 0.7004, 0.5);
  add("visa", "candle", "padim", "pretrained", 0.7096, 0.5);
  add("mvtec_ad", "bottle", "cflow", "raw", 0.97, 0.9);
  add("mvtec_ad", "cable", "cflow", "raw", 0.99, 0.8);
  return results;
}

LaidOut laid_out(std::vector<StoredResult> results, const Layout& layout) {
  return lay_out(ResultSet::of(std::move(results)), layout);
}

Layout layout_of(const std::string& text) {
  return parse_layout(text, "mine.yaml");
}

}  // namespace

TEST_CASE("fields are means over the classes of a data set, differences are of what is shown", "[layouts]") {
  const LaidOut table = laid_out(sweep_results(), find_layout("table1"));
  REQUIRE(table.rows == std::vector<Heads>{{"dinov2_base", "mvtec_ad"}, {"dinov2_base", "visa"}});
  REQUIRE(table.columns == std::vector<Heads>{{"padim", "raw"}, {"padim", "pretrained"}, {"cflow", "raw"}});
  const Field& raw = table.fields[0][0];
  const Field& pretrained = table.fields[0][1];
  CHECK(raw.values[0].gathered.value.value == Approx(0.85));
  CHECK(raw.values[0].gathered.classes == 2);
  CHECK_FALSE(raw.values[0].delta);
  CHECK(*pretrained.values[0].delta == Approx(5.0));
  CHECK(*pretrained.values[1].delta == Approx(-4.0));
  // 70.04 and 70.96 are shown as 70.0 and 71.0
  CHECK(*table.fields[1][1].values[0].delta == Approx(1.0));
  CHECK(table.fields[1][2].values.empty());
  CHECK((table.marks == std::set<Mark>{Mark::oracle}));
}

TEST_CASE("a table is shown in every format", "[layouts]") {
  const LaidOut table = laid_out(sweep_results(), find_layout("table1"));
  CHECK_THAT(layout_as_text(table, false, 0), Contains("90.0+5.0/71.0-4.0") && Contains("DINOv2-Base") &&
                                                  Contains("MVTec AD") && Contains("raw [o]") &&
                                                  Contains("[o] oracle") && Contains("metric protocol paper") &&
                                                  Contains("ONE SEED") && Contains("selection last, oracle for CFLOW"));
  CHECK_THAT(layout_as_markdown(table),
             Contains("| DINOv2-Base | MVTec AD | 85.0/75.0 | 90.0<sub>+5.0</sub>/71.0<sub>"));
  CHECK_THAT(layout_as_latex(table), Contains("\\multicolumn{2}{c}{PaDiM}") &&
                                         Contains("90.0$_{+5.0}$/71.0$_{-4.0}$") && Contains("\\toprule"));
  CHECK_THAT(layout_as_html(table), Contains("<sub class=\"down\">-4.0</sub>") && Contains("colspan=\"2\""));
  CHECK_THAT(layout_as_csv(table),
             Contains("backbone,dataset,detector,features,metric,value,delta,std,") &&
                 Contains("dinov2_base,mvtec_ad,padim,pretrained,image_auroc,90,5,,,1,2,2,paper,last,") &&
                 Contains(",paper,oracle,o"));
  const auto json = nlohmann::json::parse(layout_as_json(table));
  CHECK(json["values"].size() == 10);
  CHECK(json["values"][0]["value"] == Approx(0.85));
  CHECK_THAT(json["caption"].get<std::string>(), Contains("class-separated"));
}

TEST_CASE("what a table writes as CSV can be compared", "[layouts]") {
  const std::vector<KnownValue> values =
      parse_values(layout_as_csv(laid_out(sweep_results(), find_layout("table1"))), "table.csv");
  REQUIRE(values.size() == 10);
  CHECK(values[0].place ==
        Place{{"backbone", "dinov2_base"}, {"data", "mvtec_ad"}, {"detector", "padim"}, {"features", "raw"}});
  CHECK(values[0].value == 85);
}

TEST_CASE("a narrow terminal gets blocks of columns, each no wider", "[layouts]") {
  const LaidOut table = laid_out(sweep_results(), find_layout("table1"));
  const std::string text = layout_as_text(table, false, 50);
  size_t blocks = 0, line_begin = 0;
  const size_t end = text.find(table.caption);
  while (line_begin < end) {
    const size_t line_end = text.find('\n', line_begin);
    const std::string line = text.substr(line_begin, line_end - line_begin);
    CHECK(line.size() <= 50);
    blocks += line.starts_with("backbone");
    line_begin = line_end + 1;
  }
  CHECK(blocks == 3);
}

TEST_CASE("missing and failed cells and undefined values make a mean incomplete", "[layouts]") {
  std::vector<StoredResult> results = sweep_results();
  results[1].cell.reset();
  const LaidOut table = laid_out(results, find_layout("table1"));
  const Field& raw = table.fields[0][0];
  CHECK((raw.marks == std::set<Mark>{Mark::incomplete}));
  CHECK(raw.values[0].gathered.value.value == Approx(0.9));
  CHECK(raw.values[0].gathered.classes == 1);
  CHECK(raw.values[0].gathered.planned_classes == 2);
  CHECK_THAT(table.caption, Contains("INCOMPLETE"));
  std::vector<StoredResult> undefined = sweep_results();
  undefined[1].cell->metrics[1].second = Metric::none("no masks");
  CHECK((laid_out(undefined, find_layout("table1")).fields[0][0].marks == std::set<Mark>{Mark::incomplete}));
}

TEST_CASE("over seeds a mean has both deviations", "[layouts]") {
  std::vector<StoredResult> results;
  const double values[] = {0.9, 0.93, 0.84};
  for (int64_t seed = 0; seed < 3; ++seed) {
    results.push_back(finished_result("mvtec_ad", "bottle", "padim", "pretrained", {{"image_auroc", values[seed]}}));
    results.back().cell->key.fit["references.seed"] = seed;
  }
  const LaidOut table = laid_out(results, layout_of("rows: [data]\ncolumns: [detector]\nmetrics: [image_auroc]\n"));
  const Gathered& gathered = table.fields[0][0].values[0].gathered;
  CHECK(gathered.value.value == Approx(0.89));
  CHECK(gathered.seeds == 3);
  CHECK(gathered.deviation.value == Approx(std::sqrt((0.01 * 0.01 + 0.04 * 0.04 + 0.05 * 0.05) / 2)));
  CHECK(gathered.population_deviation.value == Approx(std::sqrt((0.01 * 0.01 + 0.04 * 0.04 + 0.05 * 0.05) / 3)));
  CHECK_THAT(table.caption, Contains("3 seeds"));
  CHECK_THAT(layout_as_text(table, false, 0), Contains("89.0 ± 4.58"));
}

TEST_CASE("methods that would share a field get a row each, by what tells them apart", "[layouts]") {
  std::vector<StoredResult> results = sweep_results();
  results.push_back(results[0]);
  results.back().cell->key.evaluation["metrics.protocol"] = "exact";
  const LaidOut table = laid_out(results, find_layout("table1"));
  CHECK(table.layout.rows == std::vector<std::string>{"backbone", "data", "variant"});
  CHECK_THAT(layout_as_text(table, false, 0), Contains("metrics.protocol=exact"));
  CHECK_THAT(table.notes.front(), Contains("several methods stand at one place"));
  // a layout can say which protocol it shows, or make it a dimension
  const std::string rows = "rows: [data, detector, features]\nmetrics: [pro]\n";
  CHECK(laid_out(results, layout_of(rows + "where: {protocol: paper}\n")).layout.rows.size() == 3);
  CHECK(laid_out(results, layout_of(rows + "columns: [protocol]\n")).columns ==
        std::vector<Heads>{{"exact", "pro"}, {"paper", "pro"}});
}

TEST_CASE("no method is dropped where a layout has no place for what tells them apart", "[layouts]") {
  for (const std::string columns : {"[detector]", "[features]", "[metric]"}) {
    const LaidOut table =
        laid_out(sweep_results(), layout_of("rows: [data, class]\nmetrics: [pro]\ncolumns: " + columns));
    std::multiset<double> shown;
    for (const auto& fields : table.fields)
      for (const Field& field : fields)
        for (const LaidOutValue& value : field.values) shown.insert(value.gathered.value.value);
    CHECK((shown == std::multiset<double>{0.8, 0.7, 0.7, 0.72, 0.5, 0.5, 0.9, 0.8}));
  }
  CHECK(laid_out(sweep_results(), layout_of("rows: [class, variant]\nmetrics: [pro]")).layout.rows ==
        std::vector<std::string>{"class", "variant", "detector", "features"});
}

TEST_CASE("metrics that no result can have, and thresholds, are refused", "[layouts]") {
  const auto refused = [](const std::string& metric) {
    return test::input_error([&] { laid_out(sweep_results(), layout_of("rows: [class]\nmetrics: [" + metric + "]")); });
  };
  CHECK_THAT(refused("auroc"), Contains("no result has 'auroc'"));
  CHECK_THAT(refused("image_f1_threshold"), Contains("is a score, not a share"));
  CHECK_THAT(test::input_error(
                 [] { laid_out(sweep_results(), layout_of("rows: [class]\nmetrics: [pro]\nwhere: {nosuch: [a]}")); }),
             Contains("no result has 'nosuch'"));
}

TEST_CASE("means are over the classes of one method, of as many methods as there are", "[layouts]") {
  std::vector<StoredResult> results;
  for (const auto& [protocol, better] : std::map<std::string, double>{{"paper", 0}, {"exact", 0.05}})
    for (const auto& [name, value] : std::map<std::string, double>{{"bottle", 0.9}, {"cable", 0.7}}) {
      results.push_back(
          finished_result("mvtec_ad", name, "padim", "raw", {{"image_auroc", value}, {"pro", value + better}}));
      results.back().cell->key.evaluation["metrics.protocol"] = protocol;
    }
  const LaidOut table = laid_out(results, find_layout("per_class"));
  CHECK(table.layout.rows == std::vector<std::string>{"backbone", "data", "variant", "class"});
  REQUIRE(table.rows.size() == 6);
  for (const size_t mean : {2, 5}) {
    CHECK(table.rows[mean].back() == "mean");
    CHECK(table.fields[mean][0].values[0].gathered.value.value == Approx(0.8));
    CHECK(table.fields[mean][0].values[0].gathered.classes == 2);
    CHECK_FALSE(table.fields[mean][0].marks.contains(Mark::incomplete));
  }
  CHECK(table.fields[2][0].values[1].gathered.value.value + table.fields[5][0].values[1].gathered.value.value ==
        Approx(1.65));
}

TEST_CASE("each class has a row and the data set a mean; the best of a row is marked", "[layouts]") {
  const LaidOut table = laid_out(sweep_results(), find_layout("per_class"));
  REQUIRE(table.rows == std::vector<Heads>{{"dinov2_base", "mvtec_ad", "bottle"},
                                           {"dinov2_base", "mvtec_ad", "cable"},
                                           {"dinov2_base", "mvtec_ad", "mean"},
                                           {"dinov2_base", "visa", "candle"},
                                           {"dinov2_base", "visa", "mean"}});
  CHECK(table.fields[2][0].values[0].gathered.value.value == Approx(0.85));
  CHECK(table.fields[0][2].values[0].best);
  CHECK_FALSE(table.fields[0][0].values[0].best);
}

TEST_CASE("the best of a column is that of a data set", "[layouts]") {
  const LaidOut table = laid_out(sweep_results(), find_layout("seven"));
  REQUIRE(table.rows[2] == Heads{"mvtec_ad", "dinov2_base", "cflow", "raw"});
  CHECK(table.fields[2][0].values[0].best);
  CHECK_FALSE(table.fields[1][0].values[0].best);
  CHECK(table.fields[4][0].values[0].best);  // of VisA
}

TEST_CASE("data sets that no dimension tells apart are averaged, each with its classes' mean", "[layouts]") {
  std::vector<StoredResult> results = sweep_results();
  std::erase_if(results,
                [](const StoredResult& result) { return result.features != "raw" || result.detector != "padim"; });
  const LaidOut table = laid_out(results, layout_of("rows: [detector]\nmetrics: [image_auroc]\njoined: true\n"));
  REQUIRE(table.fields.size() == 1);
  CHECK(table.fields[0][0].values[0].gathered.value.value == Approx((0.85 + 0.7004) / 2));
}

TEST_CASE("axes of sweeps are dimensions, sorted by number", "[layouts]") {
  std::vector<StoredResult> results;
  for (const char* tau : {"0.5", "0.1", "0.15"}) {
    results.push_back(finished_result("visa", "candle", "padim", "pretrained", {{"image_auroc", 0.9}, {"pro", 0.8}}));
    results.back().cell->key.fit["projector"] = std::string("p") + tau;
    results.back().labels = {{{"tau", tau}}};
  }
  const LaidOut table = laid_out(results, find_layout("table8"));
  CHECK(table.columns == std::vector<Heads>{{"0.1"}, {"0.15"}, {"0.5"}});
  CHECK_THAT(test::input_error([&] { static_cast<void>(laid_out(results, find_layout("table9"))); }),
             Contains("layout table9: no result has 'delta_r'"));
  CHECK_THAT(test::input_error([&] {
               static_cast<void>(laid_out(results, layout_of("rows: [data]\nmetrics: [pro]\nwhere: {data: btad}\n")));
             }),
             Contains("none of the results"));
}

TEST_CASE("results for the Hub name the repository of each data set", "[layouts]") {
  const LaidOut table = laid_out(sweep_results(), find_layout("seven"));
  CHECK_THAT(test::input_error([&] {
               static_cast<void>(layout_as_hub_results(table, {{"mvtec_ad", "org/mvtec"}}));
             }),
             Contains("--hub-id visa=ORG/NAME is missing"));
  CHECK_THAT(test::input_error([&] {
               static_cast<void>(layout_as_hub_results(table, {{"mvtec_ad", "mvtec"}}));
             }),
             Contains("give the repository as ORG/NAME"));
  const std::string text = layout_as_hub_results(table, {{"mvtec_ad", "org/mvtec"}, {"visa", "org/visa"}});
  CHECK_THAT(text, Contains("id: org/mvtec") && Contains("task_id: image_auroc") && Contains("value: 85.0000") &&
                       Contains("padim, raw, protocol paper, selection last, 2 of 2 classes, 1 seed") &&
                       Contains("oracle"));
}
