#include "benchmarks/map_evaluation/map_evaluation.h"

#include <nlohmann/json.hpp>

#include <catch2/catch.hpp>

#include "benchmarks/map_evaluation/map_report_formats.h"
#include "core/base/error.h"
#include "core/drawing/markup.h"
#include "core/maps/map_files_support.h"
#include "core/maps/map_sources.h"
#include "core/metrics/golden_cases.h"
#include "core/metrics/pixel_metrics.h"
#include "support/xml.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

void write_stacks(const TemporaryFolder& folder, const ScoreMaps& maps) {
  const std::string shape = fmt::format("({}, {}, {})", maps.images, maps.height, maps.width);
  write_file_atomically(folder / "maps.npy", npy("<f4", shape, numbers_bytes(maps.scores)));
  write_file_atomically(folder / "masks.npy", npy("|u1", shape, numbers_bytes(maps.masks)));
}

MapReport evaluated(const TemporaryFolder& folder, const MetricsSettings& settings) {
  return evaluate_maps(open_map_pairs(folder / "maps.npy", folder / "masks.npy", settings.map_options()), settings);
}

const MapMetric& metric(const MapReport& report, const std::string& name) {
  for (const MapSection& section : report.sections)
    for (const MapMetric& row : section.rows)
      if (row.name == name) return row;
  FAIL("no metric " << name);
  throw std::logic_error(name);
}

/// Every value of two reports is the same to the last bit; AUPIMO is told apart.
void check_equal_but_aupimo(const MapReport& a, const MapReport& b) {
  REQUIRE(a.sections.size() == b.sections.size());
  for (size_t s = 0; s < a.sections.size(); ++s) {
    REQUIRE(a.sections[s].rows.size() == b.sections[s].rows.size());
    for (size_t r = 0; r < a.sections[s].rows.size(); ++r) {
      const MapMetric &first = a.sections[s].rows[r], &second = b.sections[s].rows[r];
      INFO(first.name);
      REQUIRE(first.name == second.name);
      if (first.name == "aupimo") continue;
      CHECK(first.values[0]->value == second.values[0]->value);
      CHECK(first.values[0]->undefined == second.values[0]->undefined);
    }
  }
}

}  // namespace

TEST_CASE("golden: maps through the readers give the expected metrics", "[golden]") {
  const Golden golden = load_golden("metrics");
  for (const std::string& name : metric_cases(golden, "")) {
    const ScoreMaps maps = golden_maps(golden, name);
    const TemporaryFolder folder;
    write_stacks(folder, maps);
    const std::vector<float> scores = values<float>(golden[name + "/scores"]);
    write_file_atomically(folder / "scores.npy",
                          npy("<f4", fmt::format("({},)", scores.size()), numbers_bytes(scores)));
    MetricsSettings settings;
    settings.image_scores = folder / "scores.npy";
    const MapReport report = evaluated(folder, settings);
    for (const auto& [key, own] : {std::pair{"image_auroc", "image_auroc"},
                                   {"pixel_auroc", "pixel_auroc"},
                                   {"image_ap", "image_ap"},
                                   {"pixel_ap", "pixel_ap"},
                                   {"pro_exact_0_30", "pro"},
                                   {"pro_exact_0_05", "pro_0_05"},
                                   {"pro_exact_1_00", "pro_1_00"}}) {
      INFO(name << " " << key);
      if (!golden.has("expected64/" + name + "/" + key)) continue;
      check_metric(golden, name, key, *metric(report, own).values[0], 1e-9);
    }
  }
}

TEST_CASE("out of core equals in memory bit for bit; what needs memory says so") {
  const TemporaryFolder folder;
  write_stacks(folder, random_maps(1, 6, 420, 400));
  MetricsSettings settings;
  settings.protocol = {"exact"};
  const MapReport inside = evaluated(folder, settings);
  settings.memory = 0.01;
  settings.temp = folder.path();
  const MapReport outside = evaluated(folder, settings);
  check_equal_but_aupimo(inside, outside);
  CHECK(metric(inside, "aupimo").values[0]->defined());
  CHECK_THAT(metric(outside, "aupimo").values[0]->undefined, Contains("raise memory=0.01"));
  settings.bootstrap = 5;
  const MapReport drawn = evaluated(folder, settings);
  CHECK(metric(drawn, "image_auroc").interval.has_value());
  CHECK_FALSE(metric(drawn, "pixel_auroc").interval.has_value());
  settings.protocol = {"exact", "paper"};
  REQUIRE_THROWS_WITH(evaluated(folder, settings), Contains("protocol=paper") && Contains("raise memory=0.01"));
}

TEST_CASE("threads change no value, and the seed decides the intervals") {
  const TemporaryFolder folder;
  write_stacks(folder, random_maps(2, 9, 20, 25));
  MetricsSettings settings;
  settings.bootstrap = 50;
  settings.threads = 1;
  const std::string one = map_report_as("json", evaluated(folder, settings));
  settings.threads = 3;
  CHECK(map_report_as("json", evaluated(folder, settings)) == one);
  settings.seed = 1;
  CHECK(map_report_as("json", evaluated(folder, settings)) != one);
}

TEST_CASE("maps of different sizes: exact works, the others ask for size=") {
  const TemporaryFolder folder;
  const ScoreMaps maps = random_maps(4, 3, 8, 8);
  for (int i = 0; i < 3; ++i) {
    // the same pixels as rows of another length: image metrics and pixel AUROC stay those of the stack
    const std::string shape = i == 1 ? "(4, 16)" : "(8, 8)", name = std::to_string(i) + ".npy";
    const std::vector<float> scores(maps.scores.begin() + 64 * i, maps.scores.begin() + 64 * (i + 1));
    const std::vector<uint8_t> mask(maps.masks.begin() + 64 * i, maps.masks.begin() + 64 * (i + 1));
    write_file_atomically(folder / ("maps/" + name), npy("<f4", shape, numbers_bytes(scores)));
    write_file_atomically(folder / ("masks/" + name), npy("|u1", shape, numbers_bytes(mask)));
  }
  write_stacks(folder, maps);
  MetricsSettings settings;
  const auto of_folder = [&] {
    return evaluate_maps(open_map_pairs(folder / "maps", folder / "masks", settings.map_options()), settings);
  };
  CHECK(metric(of_folder(), "pixel_auroc").values[0]->value ==
        metric(evaluated(folder, settings), "pixel_auroc").values[0]->value);
  settings.protocol = {"mvtec-10"};
  REQUIRE_THROWS_WITH(of_folder(), Contains("size=HxW"));
  settings.size = "8x8";
  CHECK(metric(of_folder(), "pro").values[0]->defined());
}

TEST_CASE("several protocols are columns; a chosen threshold is used") {
  const TemporaryFolder folder;
  const ScoreMaps maps = random_maps(5, 6, 16, 16);
  write_stacks(folder, maps);
  MetricsSettings settings;
  settings.protocol = {"paper", "exact"};
  settings.limits = {"0.3"};
  settings.threshold = "0.5";
  const MapReport report = evaluated(folder, settings);
  const MapMetric& pro = metric(report, "pro");
  REQUIRE(pro.values.size() == 2);
  CHECK(pro.values[1]->value == exact_pixel_metrics(maps.view(), {0.3}).aupro[0].value);
  CHECK(pro.values[0]->value == NamedProtocol("paper").evaluate({maps.view(), {}, 0}).find("pro")->value);
  CHECK_FALSE(metric(report, "aupimo").values[0].has_value());
  int64_t found = 0;
  for (size_t p = 0; p < maps.scores.size(); ++p) found += maps.masks[p] == 1 && maps.scores[p] >= 0.5f;
  CHECK(metric(report, "pixel_true_positives").values[0]->value == static_cast<double>(found));
  CHECK(metric(report, "image_threshold").values[0]->value == 0.5);
}

TEST_CASE("without a defect every form names the reason") {
  const TemporaryFolder folder;
  ScoreMaps maps = random_maps(6, 3, 8, 8);
  maps.masks.assign(maps.masks.size(), 0);
  write_stacks(folder, maps);
  MetricsSettings settings;
  settings.bootstrap = 3;
  const MapReport report = evaluated(folder, settings);
  for (const std::string& format : map_report_formats()) {
    const std::string text = map_report_as(format, report);
    INFO(text);
    CHECK_THAT(text, Contains("no anomalous pixel") && Contains("no anomalous image"));
    CHECK_THAT(text, !Contains("nan"));
  }
  CHECK(nlohmann::json::parse(map_report_as("json", report))["metrics"]["pro"]["exact"]["undefined"] ==
        "no anomalous pixel");
}

TEST_CASE("the page of metrics stands alone and holds every value that the table does", "[drawing]") {
  const TemporaryFolder folder;
  write_stacks(folder, random_maps(6, 3, 8, 8));
  MetricsSettings settings;
  settings.bootstrap = 3;
  MapReport report = evaluated(folder, settings);
  report.notes.push_back("a <b> & 'c'");
  const std::string page = map_report_as("html", report);
  CHECK(xml_problem(page).empty());
  CHECK(requests_of(page).empty());
  CHECK_THAT(page, Contains("<li>a &lt;b&gt; &amp; &#39;c&#39;</li>"));
  int64_t values = 0, numbers = 0;
  for (const MapSection& section : report.sections)
    for (const MapMetric& metric : section.rows) {
      CHECK_THAT(page, Contains("<td>" + html_text(metric.heading) + "</td>"));
      values +=
          static_cast<int64_t>(section.columns.size()) +
          std::any_of(section.rows.begin(), section.rows.end(), [](const auto& m) { return m.interval.has_value(); });
    }
  for (const XmlElement& element : read_xml(page))
    numbers += element.name == "td" && element.attributes.contains("class") && element.attributes.at("class") == "n";
  CHECK(numbers == values);
}

TEST_CASE("settings are checked before a file is read") {
  const auto message = [](const std::string& assignment) -> std::string {
    try {
      metrics_settings(read_config({}, {assignment}));
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  };
  CHECK(message("limits=0.3,0.01") == "accepted");
  CHECK_THAT(message("protocoll=exact"), Contains("did you mean 'protocol'"));
  CHECK_THAT(message("protocol=exakt"), Contains("exakt"));
  for (const std::string wrong :
       {"limits=0", "limits=1.5", "limits=x", "limits=0.3,0.3", "size=12", "size=0x4", "size=4x4x4", "size=-1x4",
        "size=99999999x99999999", "threshold=nan", "threshold=1e39", "protocol=exact,exact", "aupimo.lower=0.5",
        "memory=0", "bootstrap=-1", "confidence=1", "resize=both"})
    CHECK(message(wrong) != "accepted");
}

TEST_CASE("scores=float64 tells apart what float32 makes equal, and equals float32 where nothing is lost") {
  const TemporaryFolder folder;
  const ScoreMaps maps = random_maps(9, 6, 16, 16);
  write_stacks(folder, maps);
  MetricsSettings settings;
  const MapReport plain = evaluated(folder, settings);
  settings.scores = "float64";
  check_equal_but_aupimo(plain, evaluated(folder, settings));
  // the same order in a range where float32 has nothing but 0
  std::vector<double> near;
  for (const float score : maps.scores) near.push_back(1e-60 * static_cast<double>(score));
  const std::string shape = fmt::format("({}, {}, {})", maps.images, maps.height, maps.width);
  write_file_atomically(folder / "maps.npy", npy("<f8", shape, numbers_bytes(near)));
  const MapReport exact = evaluated(folder, settings);
  for (const char* name : {"image_auroc", "image_ap", "image_f1", "pixel_auroc", "pixel_ap", "pixel_f1", "pro",
                           "pixel_true_positives", "image_true_positives"})
    CHECK(metric(exact, name).values[0]->value == metric(plain, name).values[0]->value);
  CHECK(metric(exact, "pixel_f1_threshold").values[0]->value ==
        1e-60 * metric(plain, "pixel_f1_threshold").values[0]->value);
  settings.scores = "float32";
  const MapReport rounded = evaluated(folder, settings);
  CHECK(metric(rounded, "pixel_auroc").values[0]->value == 0.5);
  CHECK_THAT(fmt::format("{}", fmt::join(rounded.notes, "|")),
             Contains("pixels tie with another score") && Contains("scores 0 that are not"));
  settings.scores = "float64";
  settings.memory = 0.01;
  settings.size = "300x300";
  REQUIRE_THROWS_WITH(evaluated(folder, settings), Contains("scores=float64 needs the maps in memory"));
  REQUIRE_THROWS_WITH(
      metrics_settings({{"scores", {{"float64"}, false, "here"}}, {"protocol", {{"paper"}, true, "here"}}}),
      Contains("protocol=exact"));
}
