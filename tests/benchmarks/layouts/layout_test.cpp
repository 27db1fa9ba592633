#include "benchmarks/layouts/layout.h"

#include <catch2/catch.hpp>

#include "datasets/tree.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

std::string layout_error(const std::string& text) {
  return test::input_error([&] { static_cast<void>(parse_layout(text, "mine.yaml")); });
}

const std::string plain_layout = "rows: [data]\ncolumns: [detector]\nmetrics: [pro]\n";

}  // namespace

TEST_CASE("every built-in layout can be read", "[layouts]") {
  const std::vector<std::string> names = built_in_layouts();
  for (const char* wanted : {"per_class", "table1", "seven", "table2a", "table2b", "table3a", "table3b", "table4",
                             "table5", "table6", "table8", "table9", "table10", "table11", "table12", "table13"})
    CHECK(std::count(names.begin(), names.end(), wanted) == 1);
  for (const std::string& name : names) {
    INFO(name);
    const Layout layout = find_layout(name);
    CHECK(layout.name == name);
    CHECK_FALSE(layout.title.empty());
    CHECK_FALSE(layout.rows.empty());
  }
  CHECK(find_layout("seven").metrics.size() == 7);
  CHECK(find_layout("table1").delta == "features");
}

TEST_CASE("metric is the innermost column unless metrics are joined or it stands elsewhere", "[layouts]") {
  CHECK(parse_layout(plain_layout, "a.yaml").columns == std::vector<std::string>{"detector", "metric"});
  CHECK(parse_layout(plain_layout + "joined: true\n", "a.yaml").columns == std::vector<std::string>{"detector"});
  CHECK(parse_layout("rows: [data]\ncolumns: [metric, detector]\nmetrics: [pro]\n", "a.yaml").columns ==
        std::vector<std::string>{"metric", "detector"});
}

TEST_CASE("what is wrong with a layout is one line with its place", "[layouts]") {
  CHECK_THAT(layout_error(plain_layout + "colums: [a]\n"),
             Contains("mine.yaml:4") && Contains("no key 'colums'") && Contains("columns"));
  CHECK_THAT(layout_error("rows: [data, data]\nmetrics: [pro]\n"), Contains("mine.yaml:1") && Contains("given twice"));
  CHECK_THAT(layout_error("rows: [data]\ncolumns: [data]\nmetrics: [pro]\n"), Contains("rows and in columns"));
  CHECK_THAT(layout_error("rows: [data]\n"), Contains("needs the keys rows and metrics"));
  CHECK_THAT(layout_error(plain_layout + "joined: perhaps\n"), Contains("mine.yaml:4") && Contains("true or false"));
  CHECK_THAT(layout_error(plain_layout + "delta: features\n"), Contains("none of the columns"));
  CHECK_THAT(layout_error(plain_layout + "digits: 12\n"), Contains("mine.yaml:4") && Contains("0 to 6"));
  CHECK_THAT(layout_error(plain_layout + "best: all\n"), Contains("row or column"));
  CHECK_THAT(layout_error(plain_layout + "where: [a]\n"), Contains("map of dimensions"));
  CHECK_THAT(layout_error("just words\n"), Contains("map of keys"));
  CHECK_THAT(layout_error("rows: [data]\ncolumns: [metric]\njoined: true\nmetrics: [pro]\n"),
             Contains("columns without metric"));
  CHECK_THAT(test::input_error([] { static_cast<void>(find_layout("tabel1")); }),
             Contains("--layout tabel1") && Contains("'table1'"));
}

TEST_CASE("values have the names of the field, and those that a layout gives them", "[layouts]") {
  const Layout layout = parse_layout(plain_layout + "names: {detector: {padim: Mine}}\n", "a.yaml");
  CHECK(shown_name(layout, "detector", "padim") == "Mine");
  CHECK(shown_name(layout, "detector", "patchcore") == "PatchCore");
  CHECK(shown_name(layout, "data", "mvtec_ad") == "MVTec AD");
  CHECK(shown_name(layout, "tau", "0.1") == "0.1");
}
