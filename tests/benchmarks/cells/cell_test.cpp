#include <catch2/catch.hpp>

#include "benchmarks/cells/cell.h"
#include "benchmarks/cells/cell_store.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "support/golden.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

Cell example_cell() {
  Cell cell;
  cell.key.fit = {{"detector", "padim"}, {"class", "gear"}, {"seed", 3}};
  cell.key.scores = {{"padim.sigma", 4.0}};
  cell.details = {{"post_step", "min_max"}};
  cell.metrics = {{"image_auroc", Metric::measured(0.1 + 0.2)}, {"pro", Metric::none("no anomalous pixel")}};
  cell.train_images = 4;
  cell.test_images = 2;
  cell.anomalous_images = 1;
  cell.skipped = {"train/good/007.png"};
  cell.references = {"train/good/000.png"};
  cell.reference_hashes = {"00ff"};
  cell.scores = {{"test/hole/001.png", "hole", true, 1.5}, {"test/good/ü \"x\".png", "good", false, -0.25}};
  return cell;
}

}  // namespace

TEST_CASE("a cell read back is the same cell", "[cell]") {
  const std::string text = to_json_text(example_cell());
  const Cell back = cell_from_json(text, "x.json");
  REQUIRE(to_json_text(back) == text);
  REQUIRE(back.metric("image_auroc").value == 0.1 + 0.2);
  REQUIRE(back.metric("pro").undefined == "no anomalous pixel");
  REQUIRE(back.metric("other").undefined == "not measured");
  REQUIRE(back.scores[1].id == "test/good/ü \"x\".png");
  REQUIRE(back.key_text("seed") == "3");
  REQUIRE(back.key_text("padim.sigma") == "4.0");
  REQUIRE(back.details == example_cell().details);
  REQUIRE(back.reference_hashes == example_cell().reference_hashes);
}

TEST_CASE("the name of a cell depends on its key alone", "[cell]") {
  Cell cell = example_cell();
  const std::string hash = cell.hash();
  cell.details["post_step"] = "none";
  cell.metrics.clear();
  REQUIRE(cell.hash() == hash);
  cell.key.fit["seed"] = 4;
  REQUIRE(cell.hash() != hash);
}

TEST_CASE("what is no cell is refused by name", "[cell]") {
  const std::string text = to_json_text(example_cell());
  REQUIRE_THROWS_WITH(cell_from_json("{}", "x.json"), Contains("x.json") && Contains("not a cell"));
  REQUIRE_THROWS_WITH(cell_from_json(text.substr(0, text.size() / 2), "x.json"), Contains("not a cell"));
  REQUIRE_THROWS_WITH(cell_from_json("{\"adrep_cell\": 99}", "x.json"), Contains("version 99"));
  REQUIRE_THROWS_WITH(cell_from_json("{\"adrep_cell\": 2}", "x.json"), Contains("x.json: a cell of adrep 0.1"));
  REQUIRE_THROWS_WITH(cell_from_json("{\"adrep_cell\": 3}", "x.json"), Contains("cell without a seal"));
}

TEST_CASE("a cell with any bit flipped is refused, or says what it said", "[cell]") {
  const std::string text = to_json_text(example_cell());
  int64_t refused = 0;
  for (size_t byte = 0; byte < text.size(); ++byte)
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = text;
      changed[byte] = static_cast<char>(changed[byte] ^ (1 << bit));
      try {
        const Cell read = cell_from_json(changed, "x.json");
        INFO("byte " << byte << ", bit " << bit);
        CHECK(to_json_text(read) == text);  // only white space between values may differ
      } catch (const InputError& error) {
        CHECK_THAT(error.what(), Catch::Matchers::StartsWith("x.json: "));
        ++refused;
      }
    }
  CHECK(refused > static_cast<int64_t>(text.size()) * 7);
}

TEST_CASE("a cell cut anywhere is refused", "[cell]") {
  const std::string text = to_json_text(example_cell());
  for (size_t length = 0; length + 1 < text.size(); ++length)
    CHECK_THROWS_AS(cell_from_json(text.substr(0, length), "x.json"), InputError);
}

TEST_CASE("what is not finite cannot be stored", "[cell]") {
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Cell cell = example_cell();
    cell.scores.push_back({"last.png", "good", false, value});
    CHECK_THROWS_WITH(to_json_text(cell), Contains("'score' is NaN or infinite"));
    cell = example_cell();
    cell.metrics.push_back({"pro", Metric::measured(value)});
    CHECK_THROWS_WITH(to_json_text(cell), Contains("'value' is NaN or infinite"));
  }
}

TEST_CASE("the store finds what was put and treats damage as absence", "[cell]") {
  const test::TemporaryFolder folder;
  const CellStore store(folder / "cells");
  const Cell cell = example_cell();
  REQUIRE_FALSE(store.find(cell.key));
  store.put(cell);
  REQUIRE(store.find(cell.key)->hash() == cell.hash());
  write_file_atomically(store.file_of(cell.hash()), "half a ce");
  REQUIRE_FALSE(store.find(cell.key));
}

TEST_CASE("of two processes that finish a cell the first one counts", "[cell]") {
  const test::TemporaryFolder folder;
  const CellStore store(folder / "cells");
  const Cell cell = example_cell();
  CHECK(store.put(cell).first);
  const std::string text = read_file(store.file_of(cell.hash()));
  CHECK_FALSE(store.put(cell).first);  // the same again
  Cell other = cell;
  other.scores.front().score += 0.5;
  const CellStore::Stored stored = store.put(other);
  CHECK_FALSE(stored.first);
  CHECK(to_json_text(stored.cell) == text);
  CHECK(read_file(store.file_of(cell.hash())) == text);
}

TEST_CASE("a cell of a later adrep is neither taken for damaged nor replaced", "[cell]") {
  const test::TemporaryFolder folder;
  const CellStore store(folder / "cells");
  const Cell cell = example_cell();
  nlohmann::json later = nlohmann::json::parse(to_json_text(cell));
  later["adrep_cell"] = later["adrep_cell"].get<int>() + 1;
  write_file_atomically(store.file_of(cell.hash()), later.dump());
  CHECK_THROWS_WITH(store.find(cell.key), Contains("use the later adrep"));
  CHECK_THROWS_AS(store.put(cell), InputError);
  CHECK(read_file(store.file_of(cell.hash())) == later.dump());
}

TEST_CASE("keys are nested: a part changes its own key and those after it", "[cell]") {
  CellKey key = example_cell().key;
  const CellKey before = key;
  key.evaluation["metrics.protocol"] = "paper";
  REQUIRE((key.fit_hash() == before.fit_hash() && key.score_hash() == before.score_hash()));
  REQUIRE(key.hash() != before.hash());
  key = before;
  key.scores["padim.sigma"] = 2.0;
  REQUIRE((key.fit_hash() == before.fit_hash() && key.score_hash() != before.score_hash()));
  key = before;
  key.fit["seed"] = 4;
  REQUIRE((key.fit_hash() != before.fit_hash() && key.score_hash() != before.score_hash()));
  // a part in another section is another key
  key = before;
  key.scores["seed"] = key.fit["seed"];
  key.fit.erase("seed");
  REQUIRE((key.hash() != before.hash() && key.part("seed") == 3));
}
