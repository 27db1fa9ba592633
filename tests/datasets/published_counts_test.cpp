#include "datasets/published_counts.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>

#include "core/base/atomic_file.h"
#include "datasets/dataset.h"
#include "datasets/layouts/csv.h"
#include "support/golden.h"

using namespace adrep;

TEST_CASE("published counts add up to the published totals", "[datasets]") {
  for (const std::string layout : {"mvtec_ad", "visa", "btad", "mvtec_3d", "mpdd", "real_iad"}) {
    INFO(layout);
    const PublishedDataset* published = published_dataset(layout);
    REQUIRE(published != nullptr);
    CHECK(LayoutRegistry::instance().find(layout) != nullptr);
    CHECK(std::is_sorted(published->classes.begin(), published->classes.end(),
                         [](const auto& a, const auto& b) { return a.name < b.name; }));
    int64_t normal = 0, anomalous = 0, counted = 0;
    for (const PublishedClass& c : published->classes) {
      CHECK(published->find(c.name) == &c);
      if (!c.counts) continue;
      ++counted;
      normal += c.counts->train_normal + c.counts->test_normal;
      anomalous += c.counts->test_anomalous;
    }
    if (counted > 0) CHECK((normal == published->normal_images && anomalous == published->anomalous_images));
  }
  // MVTec AD: 5354 images, as its paper says; Real-IAD: 151 050
  CHECK(published_dataset("mvtec_ad")->normal_images + published_dataset("mvtec_ad")->anomalous_images == 5354);
  CHECK(published_dataset("real_iad")->normal_images + published_dataset("real_iad")->anomalous_images == 151050);
  CHECK(published_dataset("visa")->normal_images + published_dataset("visa")->anomalous_images == 10821);
  CHECK(published_dataset("folder") == nullptr);
  CHECK(published_dataset("visa")->find("bottle") == nullptr);
}

TEST_CASE("the table is the reference's", "[golden][datasets]") {
  const std::filesystem::path file = test::golden_file("../reference/dataset_counts.csv");
  CsvReader table(read_file(file), file.string());
  while (const auto row = table.next()) {
    const PublishedClass* known = published_dataset(row->at(0))->find(row->at(1));
    REQUIRE(known != nullptr);
    CHECK(known->counts == PublishedCounts{std::stoi(row->at(2)), std::stoi(row->at(3)), std::stoi(row->at(4))});
  }
}
