#include "core/io/csv.h"

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

TEST_CASE("CSV: a lone carriage return and a quote inside a field, strictly and leniently") {
  const auto fields_of = [](std::string_view text, CsvLeniency leniency) {
    CsvRecords records(text, "f.csv", leniency);
    std::vector<Fields> all;
    while (const auto record = records.next()) all.push_back(record->fields);
    return all;
  };
  CHECK(fields_of("a\rb\"c\n", CsvLeniency::lenient) == std::vector<Fields>{{"a"}, {"b\"c"}});
  for (const char* text : {"a\rb", "\"a\"\rb", "\ra", "a\n\r\rb"})
    CHECK_THROWS_WITH(fields_of(text, CsvLeniency::strict), Contains("carriage return"));
  CHECK_THROWS_WITH(fields_of("a\nb\"c", CsvLeniency::strict), Contains("f.csv:2: a quote inside a field"));
  CHECK(fields_of("a\r\nb\r", CsvLeniency::strict) == std::vector<Fields>{{"a"}, {"b"}});
}

TEST_CASE("CSV: semicolons and tabs where the first line has no comma; UTF-16 is named") {
  using namespace std::string_literals;
  const auto fields = [](const std::string& text) { return parse_csv(text, "f.csv").back().fields; };
  CHECK(fields("a;b\n1,5;2\n") == Fields{"1,5", "2"});
  CHECK(fields("\xEF\xBB\xBF\"a\"\tb\r\n\"x\ty\"\t2\r\n") == Fields{"x\ty", "2"});
  CHECK(fields("a,b\nx;y,2\n") == Fields{"x;y", "2"});
  CHECK(fields("\"a;b\"\n1\n") == Fields{"1"});
  for (const std::string& text : {"\xFF\xFE"s + "a\0"s, "\xFE\xFF\0a"s, "a\0,\0"s, "\0a\0,"s})
    REQUIRE_THROWS_WITH(parse_csv(text, "f.csv"), Contains("f.csv: text in UTF-16: save it as UTF-8"));
}
