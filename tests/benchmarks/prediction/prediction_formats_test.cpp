#include "benchmarks/prediction/prediction_formats.h"

#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>

#include "benchmarks/prediction/example_prediction.h"
#include "core/base/random.h"
#include "core/base/text_layout.h"
#include "core/io/csv.h"
#include "support/texts.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using nlohmann::json;

namespace {

const std::vector<std::string> unusual_names = {"a b.png",  "a,b.png",      "a\"b\".png",       "a;b.png", "a\nb.png",
                                                "a\rb.png", "=1+1.png",     " a.png ",          "ä€😀.png", "a\\b/c.png",
                                                "'a'.png",  "a\tb\x1b[31m", "\xEF\xBB\xBF.png", "-",       "a\x7f"};

/// What is read back from the CSV form, by column.
std::map<std::string, std::string> csv_fields(const PredictedImage& image) {
  const std::vector<CsvRecord> records = parse_csv(prediction_csv_head() + prediction_csv_line(image), "test");
  REQUIRE(records.size() == 2);
  REQUIRE(records[1].fields.size() == records[0].fields.size());
  std::map<std::string, std::string> fields;
  for (size_t i = 0; i < records[0].fields.size(); ++i) fields[records[0].fields[i]] = records[1].fields[i];
  return fields;
}

/// Finite floats of all sizes.
std::vector<float> floats_of_all_sizes() {
  Random random(5);
  std::vector<float> values{0, 1, 0.1f, 1e-45f, 3.4028235e38f, 16777216, 1.17549435e-38f, -7};
  while (values.size() < 20000) {
    const auto value = std::bit_cast<float>(static_cast<uint32_t>(random.next()));
    if (std::isfinite(value)) values.push_back(value);
  }
  return values;
}

}  // namespace

TEST_CASE("a prediction's JSON line has all that is known of the image", "[prediction]") {
  const Calibration calibration = calibration_above(0.05f);
  const std::string line = prediction_json_line({"a/1.png", example_prediction()}, &calibration);
  CHECK(line ==
        R"({"image":"a/1.png","score":0.1,"p_value":0.015873015873015872,"decision":"defect","threshold":0.05,)"
        R"("width":640,"height":480,"regions":[{"left":10,"top":20,"width":30,"height":40,"area":700.1,"peak":0.3,)"
        R"("peak_x":15,"peak_y":25,"p_value":0.25},{"left":0,"top":1,"width":2,"height":3,"area":5.0,"peak":2.0,)"
        R"("peak_x":1,"peak_y":2,"p_value":1.0}]})"
        "\n");
  Prediction good = example_prediction();
  good.is_defect = false;
  CHECK(json::parse(prediction_json_line({"a", good}, &calibration))["decision"] == "good");
}

TEST_CASE("without a calibration, or without a prediction, JSON and CSV say no more than is known", "[prediction]") {
  const Prediction without{
      .score = 3, .p_value = {}, .is_defect = {}, .regions = {}, .map = {}, .width = 6, .height = 8, .content = {}};
  CHECK(prediction_json_line({"a", without}, nullptr) ==
        "{\"image\":\"a\",\"score\":3.0,\"p_value\":null,\"decision\":null,\"threshold\":null,\"width\":6,"
        "\"height\":8,\"regions\":[]}\n");
  CHECK(prediction_csv_line({"a", without}) == "a,3,,,0,,,,,,,\n");
  const PredictedImage broken{"b.png", {}, "b.png: corrupt PNG, \"IDAT\""};
  CHECK(prediction_json_line(broken, nullptr) ==
        "{\"image\":\"b.png\",\"error\":\"b.png: corrupt PNG, \\\"IDAT\\\"\"}\n");
  const auto fields = csv_fields(broken);
  CHECK((fields.at("image") == "b.png" && fields.at("error") == broken.error));
  CHECK((fields.at("score").empty() && fields.at("decision").empty() && fields.at("regions").empty()));
}

TEST_CASE("a prediction's CSV has the largest region", "[prediction]") {
  const auto fields = csv_fields({"a/1.png", example_prediction()});
  const std::map<std::string, std::string> expected = {
      {"image", "a/1.png"},   {"score", "0.1"}, {"p_value", "0.015873015873015872"},
      {"decision", "defect"}, {"regions", "2"}, {"left", "10"},
      {"top", "20"},          {"width", "30"},  {"height", "40"},
      {"area", "700.1"},      {"peak", "0.3"},  {"error", ""}};
  CHECK(fields == expected);
}

TEST_CASE("scores, thresholds and peaks are read back to the same float32 and keep their order", "[prediction]") {
  std::vector<float> values = floats_of_all_sizes();
  std::sort(values.begin(), values.end());
  PredictedImage image{"a", example_prediction()};
  double last = -INFINITY;
  size_t wrong = 0, disordered = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    image.prediction->score = image.prediction->regions[0].peak = values[i];
    const Calibration calibration = calibration_above(values[i]);
    const json line = json::parse(prediction_json_line(image, &calibration));
    const double score = line["score"].get<double>();
    for (const double read : {score, line["threshold"].get<double>(), line["regions"][0]["peak"].get<double>()})
      wrong += static_cast<float>(read) != values[i];
    wrong += line["score"] != line["threshold"];
    disordered += i > 0 && (score > last) != (values[i] > values[i - 1]);
    last = score;
    if (i % 10 != 0) continue;
    const auto fields = csv_fields(image);
    wrong += std::strtof(fields.at("score").c_str(), nullptr) != values[i];
    wrong += std::strtof(fields.at("peak").c_str(), nullptr) != values[i];
  }
  CHECK(wrong == 0);
  CHECK(disordered == 0);
}

TEST_CASE("numbers that no float32 holds are read back to the same double", "[prediction]") {
  Random random(8);
  PredictedImage image{"a", example_prediction()};
  for (int i = 0; i < 1000; ++i) {
    const double value = random.uniform();
    image.prediction->p_value = image.prediction->regions[0].area = image.prediction->regions[0].p_value = value;
    const Calibration calibration = calibration_above(value);
    const json line = json::parse(prediction_json_line(image, &calibration));
    REQUIRE(line["p_value"].get<double>() == value);
    REQUIRE(line["threshold"].get<double>() == value);
    REQUIRE(line["regions"][0]["area"].get<double>() == value);
    REQUIRE(line["regions"][0]["p_value"].get<double>() == value);
    const auto fields = csv_fields(image);
    REQUIRE(std::stod(fields.at("p_value")) == value);
    REQUIRE(std::stod(fields.at("area")) == value);
  }
}

TEST_CASE("unusual names are read back from JSON and CSV as they are", "[prediction]") {
  for (const std::string& name : unusual_names) {
    CAPTURE(name);
    const std::string line = prediction_json_line({name, example_prediction()}, nullptr);
    CHECK(occurrences(line, "\n") == 1);
    CHECK(json::parse(line)["image"] == name);
    CHECK(csv_fields({name, example_prediction()}).at("image") == name);
    CHECK(csv_fields({name, {}, name + ": bad"}).at("error") == name + ": bad");
    CHECK(json::parse(prediction_json_line({name, {}, name + ": bad"}, nullptr))["error"] == name + ": bad");
  }
  // not UTF-8: both forms stay so
  CHECK(json::parse(prediction_json_line({"a\xff.png", example_prediction()}, nullptr))["image"] == "a\\xff.png");
  CHECK(csv_fields({"a\xff.png", example_prediction()}).at("image") == "a\\xff.png");
}

TEST_CASE("the table for people has a line an image, with the columns below their headings", "[prediction]") {
  const std::string head = prediction_table_head();
  CHECK(head ==
        "     score   p-value  decision  regions  largest region         image\n"
        "---------------------------------------------------------------------\n");
  CHECK(prediction_table_line({"a/1.png", example_prediction()}, {}) ==
        "       0.1    0.0159  defect          2  30x40 at 10,20         a/1.png\n");
  Prediction without = example_prediction();
  without.p_value = {}, without.is_defect = {}, without.regions = {}, without.score = -1234567;
  CHECK(prediction_table_line({"b.png", without}, {}) ==
        "-1.235e+06         -  -               0  -                      b.png\n");
  const PredictedImage broken{"c.png", {}, "cut short"}, named{"d.png", {}, "d.png: cut short"};
  CHECK(prediction_table_line(broken, {}) ==
        "         -         -  error           -  -                      c.png: cut short\n");
  CHECK_THAT(prediction_table_line(named, {}), EndsWith("  d.png: cut short\n"));
}

TEST_CASE("a table's lines fit the terminal, in colour or not, and unusual names stay on theirs", "[prediction]") {
  for (const std::string& name : unusual_names) {
    const std::string line = prediction_table_line({name + name + name, example_prediction()}, {false, 80});
    CHECK(shown_width(line) <= 81);
    CHECK(occurrences(line, "\n") == 1);
    CHECK(line.find_first_of("\r\t\x1b\x7f") == std::string::npos);
  }
  CHECK_THAT(prediction_table_line({"a\x1b[2Jb", example_prediction()}, {}), EndsWith("  a\\x1b[2Jb\n"));
  CHECK_THAT(prediction_table_line({"abcdefghijkl", example_prediction()}, {false, 20}), EndsWith("  abcdefghi…\n"));

  Prediction good = example_prediction(), none = example_prediction();
  good.is_defect = false, none.is_defect = {};
  const auto shown = [](const PredictedImage& image) { return prediction_table_line(image, {true, 0}); };
  CHECK_THAT(shown({"a", example_prediction()}), Contains("\033[31mdefect  \033[0m"));
  CHECK_THAT(shown({"a", good}), Contains("\033[32mgood    \033[0m"));
  CHECK_THAT(shown({"a", {}, "cut short"}), Contains("\033[31merror   \033[0m"));
  CHECK(shown({"a", none}) == prediction_table_line({"a", none}, {}));
}
