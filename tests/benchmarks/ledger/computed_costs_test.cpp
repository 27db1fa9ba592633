#include "benchmarks/ledger/computed_costs.h"

#include <catch2/catch.hpp>

#include "benchmarks/layouts/layout_formats.h"
#include "benchmarks/ledger/known_values.h"
#include "core/base/error.h"

using namespace adrep;
using Catch::Matchers::Contains;

TEST_CASE("the built-in table of costs has every printed digit of the paper's", "[ledger]") {
  const LaidOut table = lay_out_costs(find_layout("table7"));
  const std::string text = layout_as_text(table, false, 0);
  CHECK_THAT(text, Contains("parameters (M)") && Contains("FLOPs (G)") && Contains("DINOv2-Base") && !Contains("±"));
  int values = 0;
  for (const KnownValue& known : paper_values()) {
    if (known.table != "7") continue;
    ++values;
    const std::string line = fmt::format("{},{},", known.place.at("backbone"), known.metric);
    const std::string csv = layout_as_csv(table);
    REQUIRE_THAT(csv, Contains(line));
    CHECK(std::stod(csv.substr(csv.find(line) + line.size())) == Approx(known.value).margin(0.05));
  }
  CHECK(values == 10);
  for (const std::string& all : {layout_as_markdown(table), layout_as_latex(table), layout_as_html(table)})
    CHECK_THAT(all, Contains("59.0") && Contains("483.2") && !Contains("undef"));
  CHECK(nlohmann::json::parse(layout_as_json(table))["values"].size() == 10);
}

TEST_CASE("a layout of costs with other dimensions or metrics is refused", "[ledger]") {
  const auto error_of = [](const std::string& text) {
    try {
      lay_out_costs(parse_layout(text, "mine.yaml"));
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK_THAT(error_of("of: costs\nrows: [data]\nmetrics: [flops]"), Contains("the rows [backbone]"));
  CHECK_THAT(error_of("of: costs\nrows: [backbone]\nmetrics: [pro]"), Contains("not 'pro'"));
  CHECK_THAT(error_of("of: time\nrows: [backbone]\nmetrics: [flops]"), Contains("of: give results or costs"));
}
