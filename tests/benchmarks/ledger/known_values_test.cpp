#include "benchmarks/ledger/known_values.h"

#include <catch2/catch.hpp>

#include <cmath>

#include "datasets/tree.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

std::string values_error(const std::string& text) {
  return test::input_error([&] { static_cast<void>(parse_values(text, "mine.csv")); });
}

const KnownValue* raw_of(const std::vector<KnownValue>& values, const KnownValue& pretrained) {
  Place wanted = pretrained.place;
  wanted["features"] = "raw";
  for (const KnownValue& value : values)
    if (value.table == pretrained.table && value.metric == pretrained.metric && value.place == wanted) return &value;
  return nullptr;
}

}  // namespace

TEST_CASE("the program holds every published number", "[ledger]") {
  const std::vector<KnownValue> values = paper_values();
  CHECK(values.size() == 1156);
  std::map<std::string, int> of_table, flags;
  for (const KnownValue& value : values) {
    ++of_table[value.table];
    if (!value.flag.empty()) ++flags[value.flag];
    if (value.unit.empty()) CHECK((value.value > 0 && value.value <= 100));
  }
  CHECK(of_table["1"] == 600);
  CHECK(of_table["5"] == 96);
  CHECK(of_table["b1"] == 8);
  CHECK(values.front().table == "1");
  CHECK(values.back().table == "b1");
  CHECK(flags == std::map<std::string, int>{{"contradicted", 34}, {"misprint", 4}});
}

TEST_CASE("printed differences are those of the printed values, but for misprints", "[ledger]") {
  const std::vector<KnownValue> values = paper_values();
  int deltas = 0, negative = 0;
  for (const KnownValue& value : values) {
    if (!value.delta) continue;
    const KnownValue* raw = raw_of(values, value);
    REQUIRE(raw);
    const double difference = value.value - raw->value;
    INFO(value.table << " line " << value.line);
    CHECK((std::abs(difference - *value.delta) < 0.051) == (value.flag != "misprint"));
    if (value.table != "1") continue;
    ++deltas;
    negative += difference < -0.01;
  }
  CHECK(deltas == 250);
  CHECK(negative == 25);
}

TEST_CASE("what is wrong with a table of values is one line with its place", "[ledger]") {
  CHECK_THAT(values_error("dataset,metrik,value\na,b,1\n"),
             Contains("mine.csv:1: unknown column 'metrik'") && Contains("metric"));
  CHECK_THAT(values_error("dataset,value\na,1\n"), Contains("a column 'metric' is missing"));
  CHECK_THAT(values_error("dataset,metric,value\na,pro,high\n"), Contains("mine.csv:2: value: 'high' is no number"));
  CHECK_THAT(values_error("dataset,metric,value\na,pro,nan\n"), Contains("no number"));
  CHECK_THAT(values_error("dataset,metric,value\na,pro\n"), Contains("mine.csv:2: 2 fields, the first line has 3"));
  CHECK_THAT(values_error("dataset,metric,value\na,,3\n"), Contains("without its metric"));
  CHECK_THAT(values_error("dataset,metric,value\na,pro,\n"), Contains("no values"));
  CHECK_THAT(values_error(""), Contains("no values"));
}

TEST_CASE("a value has its place, digits and what is said of it", "[ledger]") {
  const auto values = parse_values(
      "table,tau,dataset,backbone,detector,metric,value,std,printed_delta,origin,cited_from\n"
      "8,0.1,visa,imagebind,padim,pro,88.70,0.14,+1.5,cited,other paper\n",
      "mine.csv");
  REQUIRE(values.size() == 1);
  const KnownValue& value = values.front();
  CHECK(value.place == Place{{"backbone", "imagebind"}, {"data", "visa"}, {"detector", "padim"}, {"tau", "0.1"}});
  CHECK((value.value == 88.7 && value.digits == 2 && *value.deviation == 0.14 && *value.delta == 1.5));
  CHECK((value.cited && value.cited_from == "other paper" && value.line == 2));
}
