#include <catch2/catch.hpp>

#include "core/metrics/golden_cases.h"
#include "core/metrics/pixel_metrics.h"
#include "core/metrics/pro_protocols.h"
#include "core/metrics/protocol.h"

using namespace adrep;
using namespace adrep::test;

namespace {

constexpr double kExact = 1e-9, kReference = 1e-6;

void check_pro(const Golden& golden, const std::string& name, const ScoreMaps& maps) {
  const PixelMetrics pixels = exact_pixel_metrics(maps.view(), {1, 0.05, 0.3});
  check_metric(golden, name, "pro_exact_1_00", pixels.aupro[0], kExact);
  check_metric(golden, name, "pro_exact_0_05", pixels.aupro[1], kExact);
  check_metric(golden, name, "pro_exact_0_30", pixels.aupro[2], kExact);
  check_metric(golden, name, "pro_paper", pro_by(maps.view(), paper_rule()), kReference);
  check_metric(golden, name, "pro_glass", pro_by(maps.view(), glass_rule()), kReference);
}

}  // namespace

TEST_CASE("metrics equal scikit-learn's and the reference's", "[golden][metrics]") {
  const Golden golden = load_golden("metrics");
  const auto cases = metric_cases(golden, "");
  REQUIRE(!cases.empty());
  for (const std::string& name : cases) {
    const ScoreMaps maps = golden_maps(golden, name);
    const auto scores = values<float>(golden[name + "/scores"]);
    const auto labels = values<uint8_t>(golden[name + "/labels"]);
    const ImageMetrics images = exact_image_metrics({scores, labels});
    check_metric(golden, name, "image_auroc", images.auroc, kExact);
    check_metric(golden, name, "image_ap", images.average_precision, kExact);
    check_metric(golden, name, "image_f1_max", images.best_f1, kExact);
    const PixelMetrics pixels = exact_pixel_metrics(maps.view(), {});
    check_metric(golden, name, "pixel_auroc", pixels.auroc, kExact);
    check_metric(golden, name, "pixel_ap", pixels.average_precision, kExact);
    check_metric(golden, name, "pixel_f1_max", pixels.best_f1, kExact);
    check_pro(golden, name, maps);
    CHECK(find_regions(maps.view()).count() == golden[name + "/region_count"].item<int64_t>());
  }
}

TEST_CASE("PRO at the limits of its rules equals the reference's", "[golden][metrics]") {
  const Golden golden = load_golden("edges");
  const auto cases = metric_cases(golden, "metrics/");
  REQUIRE(!cases.empty());
  for (const std::string& name : cases) {
    const ScoreMaps maps = golden_maps(golden, name);
    check_pro(golden, name, maps);
    CHECK(find_regions(maps.view()).count() == golden[name + "/region_count"].item<int64_t>());
  }
}

TEST_CASE("the named protocols give the golden values", "[golden][metrics]") {
  const Golden golden = load_golden("metrics");
  for (const std::string& name : metric_cases(golden, "")) {
    const ScoreMaps maps = golden_maps(golden, name);
    const auto scores = values<float>(golden[name + "/scores"]);
    const auto labels = values<uint8_t>(golden[name + "/labels"]);
    for (const auto& [protocol_name, key] :
         {std::pair{"exact", "pro_exact_0_30"}, std::pair{"paper", "pro_paper"}, std::pair{"glass", "pro_glass"}}) {
      const MetricSet set = NamedProtocol(protocol_name).evaluate({maps.view(), {scores, labels}, 2});
      check_metric(golden, name, key, *set.find("pro"), kReference);
      check_metric(golden, name, "image_auroc", *set.find("image_auroc"), kExact);
      check_metric(golden, name, "pixel_f1_max", *set.find("pixel_f1"), kExact);
    }
  }
}
