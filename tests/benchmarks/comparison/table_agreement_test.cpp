// A comparison and the table of one folder say the same.
#include <catch2/catch.hpp>

#include "benchmarks/comparison/compare.h"
#include "benchmarks/planned_runs.h"
#include "benchmarks/tables/table.h"
#include "core/base/log.h"
#include "support/script_backbone.h"
#include "support/trees.h"

using namespace adrep;
using test::TemporaryFolder;

namespace {

/// PaDiM, and CFLOW trained for two epochs of which the last or the best on test counts: two classes, two seeds, with
/// score maps.
ResultSet run_with_maps(const TemporaryFolder& folder) {
  test::write_mvtec_class(folder / "data", "lid", 5, 3);
  test::write_mvtec_class(folder / "data", "plate", 6, 4);
  const std::vector<std::string> words = {"detector=padim,cflow",
                                          "features=raw,residual",
                                          "selection=last,oracle",
                                          "seed=0,1",
                                          "cflow.meta_epochs=2",
                                          "cflow.sub_epochs=1",
                                          "cflow.blocks=1",
                                          "maps=npy",
                                          "backbone=" + test::write_script_backbone(folder / "net.pt")};
  const RunOutcome outcome = run_plan(test::plan_of(words, folder), folder / "out");
  REQUIRE(outcome.failed() == 0);
  return ResultSet::read({folder / "out"});
}

/// The table's line of a method and class ("mean" for the mean over classes).
const TableRow& row_of(const Table& table, const std::string& method, const std::string& class_name) {
  const auto row = std::find_if(table.rows.begin(), table.rows.end(), [&](const TableRow& of) {
    return of.class_name == class_name && method == of.detector + "/" + of.features;
  });
  REQUIRE(row != table.rows.end());
  return *row;
}

}  // namespace

TEST_CASE("a comparison and the table of one folder agree in every number", "[compare][runner]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  const ResultSet results = run_with_maps(folder);
  const Table table = make_table(results);
  REQUIRE(table.metrics == std::vector<std::string>{"image_auroc", "pixel_auroc", "pro"});
  const std::set<std::string> expected = {
      "cflow (oracle)/raw", "cflow (oracle)/residual", "cflow/raw", "cflow/residual", "padim/raw", "padim/residual"};
  for (size_t column = 0; column < table.metrics.size(); ++column) {
    const std::string& metric = table.metrics[column];
    CompareSettings settings;
    settings.metric = settings.bootstrap = metric;
    settings.replicates = 3;
    const Comparison compared = compare(results.results(), settings, KeptMaps({folder / "out"}));
    REQUIRE(std::set<std::string>(compared.methods.begin(), compared.methods.end()) == expected);
    REQUIRE(compared.data_sets == std::vector<std::string>{"lid", "plate"});
    for (size_t m = 0; m < compared.methods.size(); ++m) {
      INFO(metric << " " << compared.methods[m]);
      for (size_t d = 0; d < compared.data_sets.size(); ++d) {
        const TableRow& row = row_of(table, compared.methods[m], compared.data_sets[d]);
        CHECK(row.values[column].defined());
        CHECK(compared.values[d][m].mean.value == row.values[column].value);
        CHECK(compared.values[d][m].deviation.value == row.over_seeds[column].deviation.value);
        CHECK(compared.values[d][m].defined == row.over_seeds[column].defined);
      }
      CHECK(compared.ranks.mean_values[m].value ==
            Approx(row_of(table, compared.methods[m], "mean").values[column].value).epsilon(1e-14));
    }
    REQUIRE(compared.intervals.size() == 12);
    for (const ClassInterval& of_class : compared.intervals) {
      const std::string& method = compared.methods[of_class.method];
      INFO(metric << " " << method << " " << compared.data_sets[of_class.data_set]);
      const Metric& estimate = of_class.interval.estimate;
      if (metric != "image_auroc" && method.starts_with("cflow (oracle)")) {
        CHECK(estimate.undefined == "selection=oracle: the score maps are of another epoch than the metric");
        continue;
      }
      CHECK(estimate.undefined.empty());
      CHECK(estimate.value ==
            Approx(compared.values[of_class.data_set][of_class.method].mean.value).epsilon(1e-12).margin(1e-12));
    }
  }
}
