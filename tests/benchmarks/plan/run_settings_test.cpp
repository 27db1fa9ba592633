#include <catch2/catch.hpp>

#include "benchmarks/plan/cell_settings.h"

#include "benchmarks/plan/run_settings.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

std::vector<RunConfig> resolved(const std::vector<std::string>& assignments) {
  return resolve_run(read_config({}, assignments));
}

}  // namespace

TEST_CASE("defaults, own settings and detectors' parameters", "[settings]") {
  const auto configs = resolved({"data=/d", "detector=padim,patchcore", "patchcore.ratio=0.25", "references.shots=4"});
  REQUIRE(configs.size() == 1);
  REQUIRE(configs[0].settings.detector == std::vector<std::string>{"padim", "patchcore"});
  REQUIRE(configs[0].settings.shots == 4);
  const auto values = all_values(configs[0]);
  REQUIRE(std::get<double>(values.at("patchcore.ratio")) == 0.25);
  REQUIRE(std::get<std::string>(values.at("references.match")) == "cosine");
}

TEST_CASE("a list on a single-value key is a sweep over all combinations", "[settings]") {
  const auto configs = resolved({"patchcore.ratio=0.01,0.1", "seed=0,1,2"});
  REQUIRE(configs.size() == 6);
  REQUIRE(configs[0].variant() == "patchcore.ratio=0.01 seed=0");
  REQUIRE(configs[5].settings.seed == 2);
}

TEST_CASE("a sweep tells seeds from what makes another method", "[settings]") {
  const auto configs = resolved({"seed=0,1", "references.seed=3,4", "patchcore.ratio=0.1,0.2"});
  REQUIRE(configs.size() == 8);
  REQUIRE(configs[1].variant() == "patchcore.ratio=0.1 references.seed=3 seed=1");
  const Variant variant = variant_of(configs[1], "patchcore", "residual");
  REQUIRE(variant.text == "patchcore.ratio=0.1 references.seed=3 seed=1");
  REQUIRE(variant.method == "patchcore.ratio=0.1");
  REQUIRE(variant.seeds == "references.seed=3 seed=1");
  // what decides nothing of a cell is not in its name
  REQUIRE(variant_of(configs[1], "patchcore", "raw").text == "patchcore.ratio=0.1 seed=1");
  REQUIRE(variant_of(configs[1], "padim", "raw").text.empty());
  REQUIRE((configs[7].settings.seed == 1 && configs[7].settings.references_seed == 4));
}

TEST_CASE("wrong keys and values are refused with the nearest name", "[settings]") {
  REQUIRE_THROWS_WITH(resolved({"detectr=padim"}), Contains("'detectr'") && Contains("did you mean 'detector'"));
  REQUIRE_THROWS_WITH(resolved({"detector=patchcor"}), Contains("did you mean 'patchcore'"));
  REQUIRE_THROWS_WITH(resolved({"patchcore.ratoi=0.1"}), Contains("did you mean 'patchcore.ratio'"));
  REQUIRE_THROWS_WITH(resolved({"patchcore.ratio=2"}), Contains("patchcore.ratio=2"));
  REQUIRE_THROWS_WITH(resolved({"on_bad_image=ignore"}), Contains("fail|skip"));
}

TEST_CASE("every parameter says what it is", "[settings]") {
  for (const Param& param : params_of<RunSettings>().all()) REQUIRE_FALSE(param.doc.empty());
  for (const auto& [name, entry] : DetectorRegistry::instance().all()) {
    REQUIRE_FALSE(entry.doc_text.empty());
    for (const Param& param : entry.params->all()) {
      INFO(name << "." << param.name);
      REQUIRE_FALSE(param.doc.empty());
    }
  }
}

TEST_CASE("the printed configuration reads back as itself", "[settings]") {
  const auto first = resolved({"data=/my data", "detector=padim", "padim.ridge=0.02", "classes=a,b"});
  RawConfig raw;
  for (const auto& [key, value] : all_values(first[0])) {
    const auto* list = std::get_if<std::vector<std::string>>(&value);
    raw[key] = {list ? *list : std::vector<std::string>{to_text(value)}, list != nullptr, "printed"};
  }
  REQUIRE((all_values(resolve_run(raw)[0]) == all_values(first[0])));
}

TEST_CASE("an empty list undoes one of the file", "[settings]") {
  REQUIRE(resolve_run(read_config({}, {"classes="})).at(0).settings.classes.empty());
}

TEST_CASE("what changes no result takes one value", "[settings]") {
  for (const char* swept :
       {"batch=1,8", "output=a,b", "threads=1,2", "memory=1,2", "cache=off,read"})
    REQUIRE_THROWS_WITH(resolved({swept}), Contains("command line") && Contains("changes no result"));
  REQUIRE(resolved({"precision=fp32,bf16", "post=none,published", "metrics.protocol=exact,paper"}).size() == 8);
}
