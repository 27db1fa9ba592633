#include <catch2/catch.hpp>

#include "core/base/schema.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

struct SchemaExample {
  double sigma = 4;
  int64_t shots = 8;
  bool fast = false;
  std::string match = "cosine";
  std::vector<std::string> classes;

  static void declare(Schema<SchemaExample>& s) {
    s.decides(Decides::fit);
    s.add(&SchemaExample::sigma, "sigma").more_than(0).doc("smoothing");
    s.add(&SchemaExample::shots, "shots").at_least(1).at_most(64).doc("references");
    s.add(&SchemaExample::fast, "fast").doc("fast");
    s.add(&SchemaExample::match, "match").one_of({"cosine", "l2"}).doc("match");
    s.add(&SchemaExample::classes, "classes").doc("classes");
  }
};

SchemaExample set(const std::string& name, std::vector<std::string> items) {
  SchemaExample example;
  const Param* param = params_of<SchemaExample>().find(name);
  REQUIRE(param != nullptr);
  param->set(&example, param->parse({std::move(items), false, "x.yaml:3"}, name));
  return example;
}

}  // namespace

TEST_CASE("declared parameters are set from text with their types", "[schema]") {
  REQUIRE(set("sigma", {"2.5"}).sigma == 2.5);
  REQUIRE(set("shots", {"4"}).shots == 4);
  REQUIRE(set("fast", {"yes"}).fast);
  REQUIRE_FALSE(set("fast", {"off"}).fast);
  REQUIRE(set("match", {"l2"}).match == "l2");
  REQUIRE(set("classes", {"a", "b"}).classes == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a wrong value is refused with key, place and what is allowed", "[schema]") {
  REQUIRE_THROWS_WITH(set("sigma", {"0"}), Contains("x.yaml:3") && Contains("sigma=0") && Contains("> 0"));
  REQUIRE_THROWS_WITH(set("sigma", {"nan"}), Contains("sigma=nan"));
  REQUIRE_THROWS_WITH(set("sigma", {"4x"}), Contains("float"));
  REQUIRE_THROWS_WITH(set("shots", {"65"}), Contains(">= 1 and <= 64"));
  REQUIRE_THROWS_WITH(set("shots", {"2.5"}), Contains("int"));
  REQUIRE_THROWS_WITH(set("shots", {"99999999999999999999"}), Contains("shots="));
  REQUIRE_THROWS_WITH(set("match", {"cosin"}), Contains("cosine|l2") && Contains("did you mean 'cosine'"));
  REQUIRE_THROWS_WITH(set("fast", {"maybe"}), Contains("true|false"));
  REQUIRE_THROWS_WITH(set("shots", {"1", "2"}), Contains("one value"));
  REQUIRE_THROWS_AS(set("shots", {"x"}), InputError);
}

TEST_CASE("the text of a value reads back as the same value", "[schema]") {
  for (double value : {0.1, 1e-9, 123456.75, 2.0 / 3})
    REQUIRE(set("sigma", {to_text(ParamValue(value))}).sigma == value);
  REQUIRE(to_text(ParamValue(true)) == "true");
  REQUIRE(to_text(ParamValue(std::vector<std::string>{"a", "b"})) == "a,b");
}

TEST_CASE("a parameter says what it decides, in general and under other settings", "[schema]") {
  struct Roles {
    int64_t k = 1, seed = 0, threads = 2;
    std::string mode = "a";
    static void declare(Schema<Roles>& s) {
      s.decides(Decides::fit);
      s.add(&Roles::k, "k").doc("k");
      s.add(&Roles::seed, "seed").seed().when([](const ParamTexts& texts) { return texts("mode") == "b"; }).doc("seed");
      s.add(&Roles::mode, "mode")
          .decides(Decides::fit,
                   [](const ParamTexts& texts) { return texts("mode") == "a" ? Decides::scores : Decides::fit; })
          .doc("mode");
      s.add(&Roles::threads, "threads").decides(Decides::nothing).doc("threads");
    }
  };
  const ParamList& params = params_of<Roles>();
  const auto role = [&](const char* name, const std::string& mode) {
    return params.find(name)->role([&](const std::string&) { return mode; });
  };
  REQUIRE(role("k", "a") == Decides::fit);
  REQUIRE(role("seed", "a") == Decides::nothing);
  REQUIRE(role("seed", "b") == Decides::fit);
  REQUIRE(role("mode", "a") == Decides::scores);
  REQUIRE(role("mode", "b") == Decides::fit);
  REQUIRE(role("threads", "a") == Decides::nothing);
  REQUIRE((params.find("seed")->is_seed && !params.find("k")->is_seed));

  struct Silent {
    int64_t k = 1;
    static void declare(Schema<Silent>& s) { s.add(&Silent::k, "k").doc("k"); }
  };
  REQUIRE_THROWS_AS(params_of<Silent>(), std::logic_error);
}
