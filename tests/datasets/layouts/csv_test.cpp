#include "datasets/layouts/csv.h"

#include <catch2/catch.hpp>

#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

namespace {

std::vector<Strings> rows_of(const std::string& text) {
  CsvReader reader(text, "t.csv");
  std::vector<Strings> rows = {reader.header()};
  while (const auto row = reader.next()) rows.push_back(*row);
  return rows;
}

std::string reading(const std::string& text) {
  return input_error([&] { rows_of(text); });
}

}  // namespace

TEST_CASE("csv: RFC 4180", "[datasets]") {
  CHECK(rows_of("a,b\n1,2\n") == std::vector<Strings>{{"a", "b"}, {"1", "2"}});
  CHECK(rows_of("\xef\xbb\xbf"
                "a,b\r\n\"1,\r\n\"\"x\"\"\",\r\n\r\n,2") ==
        std::vector<Strings>{{"a", "b"}, {"1,\r\n\"x\"", ""}, {"", "2"}});
  CHECK(rows_of("a\n\"\"\n") == std::vector<Strings>{{"a"}, {""}});
  CHECK(rows_of("a\nx\"y\n") == std::vector<Strings>{{"a"}, {"x\"y"}});
}

TEST_CASE("csv: what was written is read", "[datasets]") {
  // every text over an alphabet of the characters that mean something, up to length 4
  const std::string alphabet = "x,\"\n\r ";
  Strings texts = {""};
  for (size_t first = 0, length = 1; length <= 4; ++length) {
    const size_t end = texts.size();
    for (; first < end; ++first)
      for (const char c : alphabet) texts.push_back(texts[first] + c);
  }
  std::string table = "a,b\n";
  for (const std::string& text : texts) {
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
    table += quoted + "\",end\n";
  }
  const auto rows = rows_of(table);
  REQUIRE(rows.size() == texts.size() + 1);
  for (size_t i = 0; i < texts.size(); ++i) REQUIRE(rows[i + 1] == Strings{texts[i], "end"});
}

TEST_CASE("csv: columns by name, rows by line", "[datasets]") {
  CsvReader reader("b,a\n\"1\n2\",3\n4,5\n", "t.csv");
  CHECK(reader.required_column("a") == 1);
  CHECK_FALSE(reader.column("c"));
  CHECK_THAT(input_error([&] { reader.required_column("c"); }), Contains("t.csv:1: no column 'c' among b and a"));
  reader.next();
  CHECK(reader.line() == 2);
  reader.next();
  CHECK(reader.line() == 4);
  CHECK_FALSE(reader.next());
}

TEST_CASE("csv: damaged and hostile tables are one line with their place", "[datasets]") {
  CHECK_THAT(reading(""), Contains("t.csv: an empty table"));
  CHECK_THAT(reading("a,b\n1\n"), Contains("t.csv:2: 1 fields where the header has 2"));
  CHECK_THAT(reading("a\n\n\"1\n2"), Contains("t.csv:3: a quote that is never closed"));
  CHECK_THAT(reading("a\n\"1\"2\n"), Contains("t.csv:2: text after a closing quote"));
  CHECK_THAT(reading(std::string("a\n1\0\n", 5)), Contains("t.csv:2: a zero byte"));
  CHECK_THAT(reading("a\n" + std::string(5000, 'x')), Contains("t.csv:2: a field of more than 4096 bytes"));
  CHECK_THAT(reading(std::string(100, ',')), Contains("t.csv:1: more than 64 fields"));
}
