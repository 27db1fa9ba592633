#include "core/metrics/protocol.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/metrics/score_maps.h"

using namespace adrep;
using namespace adrep::test;

namespace {

const std::vector<std::string> kExamples{"exact", "paper", "glass", "mvtec-20", "adeval-50"};

}  // namespace

TEST_CASE("every protocol gives the same columns") {
  const ScoreMaps maps = random_maps(3, 6, 20, 20);
  const std::vector<float> scores{1, 2, 3, 4, 5, 6};
  const std::vector<uint8_t> labels{0, 1, 0, 1, 0, 1};
  for (const std::string& name : kExamples) {
    INFO(name);
    const MetricSet set = NamedProtocol(name).evaluate({maps.view(), {scores, labels}, 2});
    for (const char* column : {"image_auroc", "image_ap", "image_f1", "image_f1_threshold", "pixel_auroc", "pixel_ap",
                               "pixel_f1", "pixel_f1_threshold", "pro"}) {
      INFO(column);
      REQUIRE(set.find(column) != nullptr);
      CHECK(set.find(column)->defined());
    }
    CHECK(set.find("no_such_metric") == nullptr);
  }
}

TEST_CASE("protocols of empty, normal and constant data are undefined with a reason, never a failure") {
  const std::vector<float> scores(8, 1);
  const std::vector<uint8_t> normal(8), mixed{0, 1, 0, 1, 0, 0, 0, 0};
  const Scored empty{}, all_normal{{scores, normal, 2, 2, 2}, {scores, normal}, 0};
  const Scored constant{{scores, mixed, 2, 2, 2}, {scores, mixed}, 0};
  for (const std::string& name : kExamples) {
    INFO(name);
    for (const Scored* scored : {&empty, &all_normal, &constant}) {
      const MetricSet set = NamedProtocol(name).evaluate(*scored);
      for (const auto& [column, metric] : set.values())
        CHECK((metric.defined() ? std::isfinite(metric.value) : metric.value == 0));
    }
    CHECK(NamedProtocol(name).evaluate(all_normal).find("pro")->undefined == "no anomalous pixel");
  }
}

TEST_CASE("protocols are found by name, with their count") {
  for (const std::string& name : kExamples) {
    CHECK(NamedProtocol(name).name() == name);
    CHECK(NamedProtocol(name).version() >= 1);
  }
  CHECK_THROWS_WITH(NamedProtocol("exakt"), Catch::Contains("exact"));
  for (const char* bad : {"mvtec", "mvtec-", "mvtec-1", "mvtec-2x", "mvtec--5", "adeval-4",
                          "adeval-99999999999999999999", "mvtec-N", "exact-5", "-", ""}) {
    INFO(bad);
    CHECK_THROWS_AS(NamedProtocol(bad), InputError);
  }
  CHECK(protocol_names() == std::vector<std::string>{"adeval-N", "exact", "glass", "mvtec-N", "paper"});
}
