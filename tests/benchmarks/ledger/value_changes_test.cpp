#include "benchmarks/ledger/value_changes.h"

#include <catch2/catch.hpp>

#include "datasets/tree.h"
#include "support/method_results.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

std::vector<OwnMethod> table_of(const std::string& lines) {
  return methods_of(parse_values("dataset,class,backbone,detector,metric,value\n" + lines, "values.csv"));
}

}  // namespace

TEST_CASE("values of two tables are compared where both name the same", "[ledger]") {
  const ValueChanges all = value_changes(
      table_of("a,,,padim,pro,80\na,,,padim,image_auroc,90\nb,,,padim,pro,50\n"),
      table_of("a,,b1,padim,pro,78\na,,b1,padim,image_auroc,90\nc,,b1,padim,pro,1\n"), {"image_auroc", "pro"});
  REQUIRE(all.changes.size() == 2);
  CHECK((all.only_before == 1 && all.only_after == 1));
  CHECK_THAT(changes_as_text(all),
             Contains("80.00    78.00    -2.00    -2.50 %") && Contains("0 higher, 1 lower, 1 equal"));
  const std::string markdown = changes_as_markdown(all);
  CHECK_THAT(markdown, Contains("| a · padim | pro | 80.00 | 78.00 | -2.00 | -2.50 % |"));
  CHECK(markdown.find("| pro |") < markdown.find("| image\\_auroc |"));  // the worst first
  CHECK_THAT(changes_as_csv(all), Contains("a · padim,pro,80,78,-2"));
  CHECK(nlohmann::json::parse(changes_as_json(all))["changes"].size() == 2);
}

TEST_CASE("a class is compared with the class, a mean with the mean", "[ledger]") {
  std::vector<StoredResult> results;
  for (const auto& [name, value] : {std::pair{"first", 0.9}, {"second", 0.7}})
    results.push_back(test::finished_result("a", name, "padim", "raw", {{"pro", value}}));
  const ResultSet set = ResultSet::of(results);
  const ValueChanges all =
      value_changes(table_of("a,first,,padim,pro,80\na,mean,,padim,pro,80\n"), methods_of(set), {"pro"});
  REQUIRE(all.changes.size() == 2);
  CHECK(*all.changes[0].after == Approx(90));  // the class
  CHECK(*all.changes[1].after == Approx(80));
}

TEST_CASE("values by other rules are compared, and it is said that they do not compare", "[ledger]") {
  const auto values = [](const std::string& rules) {
    return methods_of(
        parse_values("dataset,detector,metric,value,classes,protocol\nd,padim,pro,50," + rules + "\n", "v.csv"));
  };
  CHECK(value_changes(values("3,exact"), values("3,exact"), {"pro"}).changes[0].why.empty());
  const ValueChanges other = value_changes(values("3,exact"), values("1,paper"), {"pro"});
  CHECK(other.changes[0].why == "classes 1, old 3; protocol paper, old exact");
  for (const std::string& text : {changes_as_text(other), changes_as_markdown(other)})
    CHECK_THAT(text, Contains("1 value by other rules, which do not compare") && Contains("classes 1, old 3"));
}

TEST_CASE("a value that one side lacks is no equal one, and a place stands once", "[ledger]") {
  const auto values = [](const std::string& lines) {
    return methods_of(parse_values("detector,metric,value\n" + lines, "v.csv"));
  };
  CHECK_THAT(changes_as_text(
                 value_changes(values("a,pro,50\na,image_auroc,60\n"), values("a,pro,50\n"), {"pro", "image_auroc"})),
             Contains("2 values: 0 higher, 0 lower, 1 equal, 1 without a value on one side"));
  CHECK_THROWS_WITH(values("a,pro,50\na,pro,60\n"), Contains("line 3") && Contains("repeats"));
  CHECK(values("a,pro,50\na,pro,50\n").size() == 1);
}

TEST_CASE("nothing in both, and places that are not told apart, are refused", "[ledger]") {
  CHECK_THAT(
      test::input_error([] {
        static_cast<void>(value_changes(table_of("a,,,padim,pro,80\n"), table_of("b,,,padim,pro,80\n"), {"pro"}));
      }),
      Contains("nothing is in both"));
  CHECK_THAT(test::input_error([] {
               static_cast<void>(value_changes(table_of("a,,,padim,pro,80\n"),
                                               table_of("a,,x,padim,pro,80\na,,y,padim,pro,80\n"), {"pro"}));
             }),
             Contains("fits a · x · padim and a · y · padim"));
}
