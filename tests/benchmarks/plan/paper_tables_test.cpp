// configs/table*.yaml beside the paper's printed numbers in results/paper: each asks for the cells that the paper
// prints.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <set>

#include "benchmarks/plan/plan.h"
#include "benchmarks/plan/run_file.h"
#include "core/base/atomic_file.h"
#include "core/io/csv.h"

using namespace adrep;
namespace fs = std::filesystem;

namespace {

/// A table of the paper: its configuration, the file of its printed numbers ("": the paper prints none), its own axis,
/// and what is to be planned, counted by hand: MVTec AD has 15 classes, VisA 12, BTAD 3, MVTec 3D 10, MPDD 6.
struct PaperTable {
  std::string config, printed, axis;
  size_t combinations;
  int64_t cells;
  size_t pretrainings;
};

const std::vector<PaperTable> paper_tables = {
    {"table2a", "table2a", "row", 8 * 3, 8 * 3 * 12, 6},
    {"table2b", "table2b", "architecture", 6 * 3, 6 * 3 * 12, 6},
    {"table3a", "table3a", "train_fraction", 5 * 2 * 2, 46 * 2 * 2, 0},
    {"table3b", "table3b", "noise_ratio", 5 * 2 * 2, 46 * 2 * 2, 0},
    {"table3b_no_overlap", "", "noise_ratio_no_overlap", 5 * 2 * 2, 46 * 2 * 2, 0},
    {"table4", "table4", "reference_sets", 5 * 2 * 2, 46 * 2 * (1 + 3), 0},  // three sets of references, raw has none
    {"table5", "table5", "shots", 2 * 2, 27 * 2, 0},
    {"table6", "table6", "pretraining", 5 * 2 * 2, 46 * 2 * 2, 1},
    {"table8", "table8", "tau", 6 * 3, 6 * 3 * 12, 6},
    {"table9", "table9", "delta_r", 6 * 3, 6 * 3 * 12, 6},
    {"table10", "table10", "lambda", 6 * 3, 6 * 3 * 12, 6},
    {"table11", "table11", "layers", 3 * 3, 3 * 3 * 12, 3},
    {"table12", "table12", "learnable_references", 7 * 3, 7 * 3 * 12, 7},
    {"table13", "table13", "train_references", 5 * 3, 5 * 3 * 12, 5},
    {"table_b1", "appendix_b1", "method", 1, 15, 0},
};

/// Configurations name other ones from the folder above configs/.
class InSourceFolder {
 public:
  InSourceFolder() : before_(fs::current_path()) { fs::current_path(ADREP_SOURCE_DIR); }
  ~InSourceFolder() { fs::current_path(before_); }

 private:
  fs::path before_;
};

RunRequest request_of_table(const PaperTable& table, const std::vector<std::string>& assignments = {}) {
  return read_run("configs/" + table.config + ".yaml", assignments);
}

/// The same with data sets that are on no machine.
Plan plan_of_table(const PaperTable& table) {
  std::vector<std::string> elsewhere;
  const RunRequest named = request_of_table(table);
  for (const MatrixAxis& axis : named.matrix->axes)
    for (const MatrixValue& value : axis.values)
      if (axis.name == "data") elsewhere.push_back(fmt::format("axes.data.{0}.data=/nonexistent/{0}", value.label));
  return plan_with_missing(request_of_table(table, elsewhere).configs);
}

/// All settings of each pretraining that a plan needs.
std::set<std::string> pretrainings_of(const Plan& plan) {
  std::set<std::string> known;
  for (const PlannedGroup& group : plan.groups)
    for (const PlannedCell& cell : group.cells) {
      if (!cell.pretraining) continue;
      std::string text;
      for (const auto& [key, value] : all_values(cell.pretraining->config)) text += key + "=" + to_text(value) + "\n";
      known.insert(text);
    }
  return known;
}

/// "own label | data set | backbone | detector | features" of every combination.
std::set<std::string> rows_planned(const PaperTable& table) {
  std::set<std::string> rows;
  const RunRequest request = request_of_table(table);
  for (const Combination& one : request.combinations)
    rows.insert(fmt::format("{} | {} | {} | {} | {}", one.labels.at(table.axis), one.labels.at("data"),
                            one.labels.at("backbone"), one.labels.at("detector"),
                            fmt::join(one.settings.at("features").items, ",")));
  return rows;
}

/// The same of every printed number that is the paper's own and adrep's to compute. Raw features have no references:
/// their column in Table 4 is empty. Where the paper does not name the backbone it is taken for ImageBind.
std::set<std::string> rows_printed(const PaperTable& table) {
  const std::string file = "results/paper/" + table.printed + ".csv";
  const std::vector<CsvRecord> records = parse_csv(read_file(file), file);
  std::set<std::string> rows;
  for (size_t r = 1; r < records.size(); ++r) {
    std::map<std::string, std::string> row;
    for (size_t c = 0; c < records[0].fields.size(); ++c) row[records[0].fields[c]] = records[r].fields.at(c);
    if (row.contains("origin") && row["origin"] != "own") continue;
    if (row["method"] == "msc_finetuned") continue;  // of another code base
    const std::string label = row.at(table.axis), backbone = row.at("backbone");
    rows.insert(fmt::format("{} | {} | {} | {} | {}", label.empty() ? "none" : label, row.at("dataset"),
                            backbone.empty() ? "imagebind" : backbone, row.at("detector"), row.at("features")));
  }
  return rows;
}

}  // namespace

TEST_CASE("the paper's tables are planned without a single file", "[plan][matrix]") {
  const InSourceFolder here;
  std::set<std::string> known = {"table1", "table1_honest"}, expected = known;  // estimate_test.cpp has these
  for (const auto& entry : fs::directory_iterator("configs"))
    if (entry.path().filename().string().starts_with("table")) known.insert(entry.path().stem().string());
  for (const PaperTable& table : paper_tables) {
    CAPTURE(table.config);
    expected.insert(table.config);
    const Plan plan = plan_of_table(table);
    CHECK(request_of_table(table).combinations.size() == table.combinations);
    CHECK(plan.cell_count() == table.cells);
    CHECK(pretrainings_of(plan).size() == table.pretrainings);
  }
  CHECK(known == expected);
}

TEST_CASE("the paper's tables ask for what the paper prints", "[plan][matrix]") {
  const InSourceFolder here;
  for (const PaperTable& table : paper_tables) {
    if (table.printed.empty()) continue;
    CAPTURE(table.config);
    CHECK(rows_planned(table) == rows_printed(table));
  }
}

TEST_CASE("tables that print the same columns share the pretraining", "[plan][matrix]") {
  const InSourceFolder here;
  std::set<std::string> all;
  for (const PaperTable& table : paper_tables) all.merge(pretrainings_of(plan_of_table(table)));
  // 6 of Table 8, 5 more of 9, 5 of 10, 2 of 11, 6 of 12, 4 of 13, 5 of 2b, 5 of 2a and 1 of 6
  CHECK(all.size() == 39);
}
