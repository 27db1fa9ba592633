#include "core/maps/csv.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace adrep;
using Catch::Matchers::Contains;
using Fields = std::vector<std::string>;

TEST_CASE("CSV: quotes, doubled quotes, line ends, byte-order mark, empty lines") {
  const auto records = parse_csv(
      "\xEF\xBB\xBF"
      "a,b\r\n\r\n\"x,\"\"y\"\"\",\n\"two\nlines\",3\nlast,",
      "f.csv");
  REQUIRE(records.size() == 4);
  CHECK(records[0].fields == Fields{"a", "b"});
  CHECK(records[1].fields == Fields{"x,\"y\"", ""});
  CHECK(records[1].line == 3);
  CHECK(records[2].fields == Fields{"two\nlines", "3"});
  CHECK(records[3].fields == Fields{"last", ""});
  CHECK(records[3].line == 6);
  CHECK(parse_csv("", "f.csv").empty());
}

TEST_CASE("CSV: quotes that do not fit name file and line") {
  REQUIRE_THROWS_WITH(parse_csv("a\n\"b", "f.csv"), Contains("f.csv:2") && Contains("never closed"));
  REQUIRE_THROWS_WITH(parse_csv("a\n\"b\"c,d", "f.csv"), Contains("f.csv:2"));
  REQUIRE_THROWS_WITH(parse_csv("a\"b", "f.csv"), Contains("f.csv:1"));
}
