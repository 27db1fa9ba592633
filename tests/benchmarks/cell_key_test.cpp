#include "benchmarks/cell_key.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/base/hash.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("the precision of the backbone is part of a cell's key, auto as what it stands for", "[cells]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "w.pth", "weights");
  const auto config = std::make_shared<RunConfig>();
  config->settings.weights = (folder / "w.pth").string();
  PlannedCell cell;
  cell.config = config;
  cell.detector = "padim";
  cell.features = "raw";
  cell.class_name = "nut";
  const auto key = [&](const std::string& precision) {
    config->settings.precision = precision;
    return cell_key(cell, "folder", "print");
  };
  REQUIRE(RunSettings{}.precision == "fp32");
  REQUIRE(key("fp32").at("precision") == "fp32");
  REQUIRE(key("fp32").at("weights_sha256") == sha256_of("weights"));
  REQUIRE(key("bf16") != key("fp32"));
  const std::string chosen = key("auto").at("precision");
  REQUIRE(key("auto") == key(chosen));
}
