#include "core/io/json_lines.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace adrep;
using Catch::Matchers::Contains;

TEST_CASE("JSON lines: objects with their lines, empty ones left out, the last without a line end") {
  std::vector<std::pair<int64_t, std::string>> found;
  for_each_json_line("{\"a\": 1}\r\n\n \t\n{\"b\": [2]}", "f.jsonl", "",
                     [&](const nlohmann::json& object, int64_t line) { found.emplace_back(line, object.dump()); });
  CHECK(found == std::vector<std::pair<int64_t, std::string>>{{1, "{\"a\":1}"}, {4, "{\"b\":[2]}"}});
}

TEST_CASE("JSON lines: anything but an object is refused with file and line") {
  for (const char* text : {"{}\n[1]", "{}\nnull", "{}\n{\"a\":", "{}\n{} {}"})
    CHECK_THROWS_WITH(for_each_json_line(text, "f.jsonl", ", as", [](const nlohmann::json&, int64_t) {}),
                      Contains("f.jsonl:2: not a JSON object, as"));
}
