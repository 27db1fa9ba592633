#include "core/io/sealed_json.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace adrep;
using Catch::Matchers::Contains;
using nlohmann::json;

TEST_CASE("a sealed object reads back as it was, however it is laid out", "[sealed]") {
  const json content = {{"b", 0.1}, {"a", {1, 2, nullptr}}, {"text", "ä \"quoted\""}, {"nested", {{"seal", "inner"}}}};
  const json with_seal = sealed(content);
  CHECK(with_seal.at("seal").get<std::string>().size() == 64);
  CHECK(read_sealed_json(with_seal.dump(), "cell", "x") == content);
  CHECK(read_sealed_json(with_seal.dump(4), "cell", "x") == content);
  CHECK(sealed(with_seal) == with_seal);
}

TEST_CASE("what was changed, has no seal or is no object is one line", "[sealed]") {
  json changed = sealed({{"value", 96.1}});
  changed["value"] = 42.4;
  CHECK_THROWS_WITH(read_sealed_json(changed.dump(), "cell", "c.json"),
                    "c.json: damaged cell: its content does not fit its seal");
  json renamed = sealed({{"pro", 1}});
  renamed["prp"] = renamed["pro"];
  renamed.erase("pro");
  CHECK_THROWS_AS(read_sealed_json(renamed.dump(), "cell", "c.json"), InputError);
  CHECK_THROWS_WITH(read_sealed_json("{\"value\": 1}", "cell", "c.json"), "c.json: cell without a seal");
  for (const char* none : {"", "[1]", "{\"value\": 1", "nonsense"})
    CHECK_THROWS_WITH(read_sealed_json(none, "line", "log:3"), "log:3: damaged line: it is not JSON");
}

TEST_CASE("what JSON cannot hold is refused when it is sealed", "[sealed]") {
  CHECK_THROWS_WITH(sealed({{"scores", {1.0, std::numeric_limits<double>::quiet_NaN()}}}),
                    Contains("'scores' is NaN or infinite"));
  CHECK_THROWS_AS(sealed({{"a", {{"b", -std::numeric_limits<double>::infinity()}}}}), Error);
}
