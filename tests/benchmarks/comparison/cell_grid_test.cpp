#include "benchmarks/comparison/cell_grid.h"

#include <catch2/catch.hpp>

#include "support/cells.h"

using namespace adrep;
using test::made_cell;

namespace {

StoredResult changed(StoredResult stored, const std::string& part, const nlohmann::json& value) {
  (part == "data" ? stored.cell->key.evaluation : stored.cell->key.fit)[part] = value;
  return stored;
}

}  // namespace

TEST_CASE("cells lie by data set and method, seeds together", "[compare]") {
  const CellGrid grid =
      make_grid({made_cell("q", "b", Metric::measured(0.1), 2), made_cell("p", "a", Metric::measured(0.2)),
                 made_cell("q", "b", Metric::measured(0.3), 1)});
  REQUIRE(grid.methods == std::vector<std::string>{"p/raw", "q/raw"});
  REQUIRE(grid.data_sets == std::vector<std::string>{"a", "b"});
  REQUIRE((grid.cells[0][0].size() == 1 && grid.cells[0][1].empty() && grid.cells[1][0].empty()));
  REQUIRE(grid.cells[1][1].size() == 2);
  REQUIRE(grid.cells[1][1][0].cell->key.part("seed") == 1);
}

TEST_CASE("a method's name has what tells it from others", "[compare]") {
  const StoredResult cell = made_cell("p", "a", Metric::measured(0.2));
  REQUIRE(make_grid({cell, changed(cell, "p.ratio", 0.1), changed(cell, "p.ratio", 0.5)}).methods.size() == 3);
  const auto by_ratio = make_grid(
      {changed(cell, "p.ratio", 0.1), changed(cell, "p.ratio", 0.5), made_cell("q", "a", Metric::measured(0.1))});
  REQUIRE(by_ratio.methods == std::vector<std::string>{"p/raw/p.ratio=0.1", "p/raw/p.ratio=0.5", "q/raw"});
  REQUIRE(make_grid({cell, changed(cell, "backbone", "c")}).methods == std::vector<std::string>{"p/raw/b", "p/raw/c"});
  const auto references = [&](int shots, int seed) {
    return changed(changed(cell, "references.shots", shots), "references.seed", seed);
  };
  REQUIRE(make_grid({references(4, 0), references(4, 1), references(8, 0)}).methods ==
          std::vector<std::string>{"p/raw/references.shots=4", "p/raw/references.shots=8"});
}

TEST_CASE("resize tells methods apart only where one data set has both", "[compare]") {
  const StoredResult cell = made_cell("p", "a", Metric::measured(0.2));
  REQUIRE(make_grid({cell, changed(made_cell("p", "b", Metric::measured(0.1)), "image.resize", 256)}).methods.size() ==
          1);
  REQUIRE(make_grid({cell, changed(cell, "image.resize", 256)}).methods ==
          std::vector<std::string>{"p/raw/image.resize=224", "p/raw/image.resize=256"});
}

TEST_CASE("two classes of one name are two data sets", "[compare]") {
  const StoredResult cell = made_cell("p", "a", Metric::measured(0.2));
  REQUIRE(make_grid({cell, changed(cell, "data", "0123456789")}).data_sets ==
          std::vector<std::string>{"a (01234567)", "a (f-a)"});
}

TEST_CASE("a list of references of each class, and whether a class leaked, make no other method", "[compare]") {
  const auto listed = [](const std::string& class_name, const std::string& list, bool leaked) {
    StoredResult cell = changed(made_cell("p", class_name, Metric::measured(0.2)), "references.list", list);
    cell.cell->key.evaluation["projector.leaked"] = leaked;
    return cell;
  };
  REQUIRE(make_grid({listed("a", "1", false), listed("b", "2", true)}).methods == std::vector<std::string>{"p/raw"});
  REQUIRE(make_grid({listed("a", "1", false), listed("a", "2", false)}).methods ==
          std::vector<std::string>{"p/raw/references.list=1", "p/raw/references.list=2"});
}

TEST_CASE("classes that were fitted together are one method, whatever images others have", "[compare]") {
  const auto together = [](const std::string& class_name, const std::string& training) {
    return changed(made_cell("p", class_name, Metric::measured(0.2)), "classes_together",
                   {{"classes", {"a", "b"}}, {"training", training}});
  };
  REQUIRE(make_grid({together("a", "x"), together("b", "x")}).methods.size() == 1);
  REQUIRE(make_grid({together("a", "x"), together("c", "y")}).methods.size() == 1);
  // of another data set a joint model has other classes
  StoredResult elsewhere = changed(together("q", "z"), "classes_together", {{"classes", {"q"}}, {"training", "z"}});
  elsewhere.data_set = "other";
  const CellGrid grid = make_grid({together("a", "x"), elsewhere});
  REQUIRE(grid.methods.size() == 1);
  REQUIRE(grid.data_sets == std::vector<std::string>{"/a", "other/q"});
}
