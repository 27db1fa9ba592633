#include <catch2/catch.hpp>

#include "benchmarks/table.h"
#include "benchmarks/table_formats.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

CellOutcome outcome(const std::string& class_name, const std::string& detector, Metric image, Metric pro) {
  CellOutcome made;
  made.planned = {std::make_shared<RunConfig>(), class_name, detector, "raw", {}};
  Cell cell;
  cell.key = {{"protocol", "exact"}, {"backbone", "b"}, {"seed", 0}, {"class", class_name}};
  cell.metrics = {{"image_auroc", image}, {"image_ap", Metric::of(0.5)}, {"pro", pro}};
  made.cell = cell;
  return made;
}

std::vector<CellOutcome> cells() {
  CellOutcome failed;
  failed.planned = {std::make_shared<RunConfig>(), "c, d", "padim", "raw", {}};
  failed.error = "NaN features";
  return {outcome("a", "padim", Metric::of(0.9), Metric::of(0.8)),
          outcome("a", "x_y", Metric::of(0.95), Metric::none("no masks")),
          outcome("c, d", "x_y", Metric::of(0.5), Metric::of(0.25)), failed};
}

}  // namespace

TEST_CASE("means leave out undefined values and failed cells, and the notes say so", "[table]") {
  const Table table = make_table(cells());
  REQUIRE(table.metrics == std::vector<std::string>{"image_auroc", "pro"});
  REQUIRE(table.headings == std::vector<std::string>{"image AUROC", "PRO (exact)"});
  REQUIRE(table.rows.size() == 5);
  const TableRow& padim = table.rows[3];
  const TableRow& other = table.rows[4];
  REQUIRE((padim.is_mean && padim.detector == "padim" && padim.classes == 1));
  REQUIRE((other.is_mean && other.classes == 2));
  REQUIRE(other.values[0].value == Approx(0.725));
  REQUIRE(other.values[1].value == 0.25);
  std::string notes;
  for (const std::string& note : table.notes) notes += note + "\n";
  REQUIRE_THAT(notes, Contains("PRO of a: no masks") && Contains("NaN features") && Contains("1 seed") &&
                          Contains("selection: last"));
}

TEST_CASE("the best of a class is marked, ties alike, lone rows not", "[table]") {
  const Table table = make_table(cells());
  REQUIRE(best_in_class(table, 0) == std::vector<bool>{false, true, false, true, false});
  Table tie = make_table(
      {outcome("a", "p", Metric::of(0.90004), Metric::of(0.1)), outcome("a", "q", Metric::of(0.9), Metric::of(0.2))});
  REQUIRE(best_in_class(tie, 0) == std::vector<bool>{true, true});
}

TEST_CASE("every format carries the same numbers and says undefined", "[table]") {
  const Table table = make_table(cells());
  REQUIRE_THAT(table_as_text(table, false), Contains("90.0") && Contains("undef.") && !Contains("\033"));
  REQUIRE_THAT(table_as_text(table, true), Contains("\033[1m"));
  REQUIRE_THAT(table_as_csv(table),
               Contains("a,padim,raw,,1,0.9,0.8") && Contains("\"c, d\",x_y") && Contains("undefined: no masks"));
  REQUIRE_THAT(table_as_markdown(table), Contains("| **95.0** |") && Contains("| undef. |"));
  REQUIRE_THAT(table_as_latex(table), Contains("\\textbf{95.0}") && Contains("x\\_y"));
  const auto json = nlohmann::json::parse(table_as_json(table));
  REQUIRE(json["rows"][0]["metrics"]["image_auroc"] == 0.9);
  REQUIRE(json["rows"][1]["metrics"]["pro"]["undefined"] == "no masks");
}
