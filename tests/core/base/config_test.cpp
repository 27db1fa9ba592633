#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/base/config.h"
#include "support/golden.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

RawConfig read(const std::string& yaml) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "c.yaml", yaml);
  return read_config_file(folder / "c.yaml");
}

}  // namespace

TEST_CASE("nested keys become dotted keys with their lines", "[config]") {
  const RawConfig config = read("data: /d\nreferences:\n  shots: 8\n  match: cosine\ndetector: [padim, patchcore]\n");
  REQUIRE(config.size() == 4);
  REQUIRE(config.at("references.shots").items == std::vector<std::string>{"8"});
  REQUIRE_THAT(config.at("references.shots").where, Catch::Matchers::EndsWith("c.yaml:3"));
  REQUIRE(config.at("detector").is_list);
  REQUIRE(config.at("detector").items == std::vector<std::string>{"padim", "patchcore"});
}

TEST_CASE("bad YAML is one line with file and line", "[config]") {
  REQUIRE_THROWS_WITH(read("a: 1\nb: [1, 2\n"), Contains("c.yaml:") && Contains("not valid YAML"));
  REQUIRE_THROWS_WITH(read("a: 1\na: 2\n"), Contains("c.yaml:2") && Contains("given twice"));
  REQUIRE_THROWS_WITH(read("a.b: 1\na:\n  b: 2\n"), Contains("given twice"));
  REQUIRE_THROWS_WITH(read("- 1\n- 2\n"), Contains("key: value"));
  REQUIRE_THROWS_WITH(read("a: [[1]]\n"), Contains("list of values"));
  REQUIRE_THROWS_AS(read_config_file("/nonexistent.yaml"), InputError);
}

TEST_CASE("the command line goes over the file", "[config]") {
  RawConfig config = read("seed: 1\nbatch: 8\n");
  apply_override(config, "seed=2");
  apply_override(config, "detector=padim,patchcore");
  apply_override(config, "weights=a=b.pth");
  REQUIRE(config.at("seed").items == std::vector<std::string>{"2"});
  REQUIRE(config.at("seed").where == "command line");
  REQUIRE(config.at("batch").items == std::vector<std::string>{"8"});
  REQUIRE(config.at("detector").items.size() == 2);
  REQUIRE(config.at("weights").items == std::vector<std::string>{"a=b.pth"});
  REQUIRE_THROWS_WITH(apply_override(config, "seed"), Contains("key=value"));
  REQUIRE_THROWS_AS(apply_override(config, "=3"), InputError);
}

TEST_CASE("written YAML reads back", "[config]") {
  const std::map<std::string, ParamValue> values = {{"data", std::string("/a b/c: d")},
                                                    {"references.shots", int64_t{8}},
                                                    {"x", std::string("say \"hi\"")},
                                                    {"detector", std::vector<std::string>{"padim", "patch core"}},
                                                    {"empty", std::string()}};
  const RawConfig config = read(to_yaml(values));
  REQUIRE(config.at("data").items[0] == "/a b/c: d");
  REQUIRE(config.at("x").items[0] == "say \"hi\"");
  REQUIRE(config.at("references.shots").items[0] == "8");
  REQUIRE(config.at("detector").items == std::vector<std::string>{"padim", "patch core"});
  REQUIRE(config.at("empty").items[0].empty());
}

TEST_CASE("values with commas: in quotes, or an existing path", "[config]") {
  const test::TemporaryFolder folder;
  std::filesystem::create_directories(folder / "a,b=c");
  const std::string path = (folder / "a,b=c").string();
  const auto items = [](const std::string& assignment) {
    RawConfig config;
    apply_override(config, assignment);
    return config.at("k").items;
  };
  using Items = std::vector<std::string>;
  REQUIRE(items("k=a,b") == Items{"a", "b"});
  REQUIRE(items("k=\"a,b\",c") == Items{"a,b", "c"});
  REQUIRE(items("k=c,\"a,b\"") == Items{"c", "a,b"});
  REQUIRE(items("k=\"\"") == Items{""});
  REQUIRE(items("k=") == Items{""});
  REQUIRE(items("k=a,") == Items{"a", ""});
  REQUIRE(items("k=" + path) == Items{path});
  REQUIRE(items("k=it\"s") == Items{"it\"s"});
  REQUIRE_THROWS_WITH(items("k=\"a,b"), Contains("k=\"a,b") && Contains("quoted value"));
  REQUIRE_THROWS_WITH(items("k=\"a\"b"), Contains("quoted value"));
  REQUIRE((is_assignment("k=v") && !is_assignment(path) && !is_assignment("=v") && !is_assignment("word")));
}

TEST_CASE("a key twice on the command line and a second YAML document are errors", "[config]") {
  REQUIRE_THROWS_WITH(read_command_line({}, {"seed=1", "batch=2", "seed=2"}), Contains("'seed' is given twice"));
  REQUIRE_THROWS_WITH(read("seed: 1\n---\nseed: 2\n"), Contains("c.yaml:") && Contains("second YAML document"));
  REQUIRE(read("---\nseed: 1\n").size() == 1);
  REQUIRE(read("").empty());
  REQUIRE(read("# nothing\n").empty());
}

TEST_CASE("a key's earlier name becomes its present one, and both together are refused", "[config]") {
  RawConfig config = read("old.name: [a, b]\nother: 1\n");
  rename_key(config, "old.name", "new.name");
  REQUIRE(config.size() == 2);
  CHECK(config.at("new.name").items == std::vector<std::string>{"a", "b"});
  CHECK_THAT(config.at("new.name").where, Catch::Matchers::EndsWith("c.yaml:1"));
  rename_key(config, "old.name", "new.name");  // nothing is left to rename
  CHECK(config.size() == 2);
  RawConfig both = read("old.name: a\nnew.name: b\n");
  CHECK_THROWS_WITH(rename_key(both, "old.name", "new.name"),
                    Contains("c.yaml:1: old.name is the earlier name of new.name"));
}
