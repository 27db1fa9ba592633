#include "datasets/absent_dataset.h"

#include <catch2/catch.hpp>

#include "datasets/published_counts.h"

using namespace adrep;

TEST_CASE("an absent data set has the classes and numbers that its publisher counts", "[dataset]") {
  for (const char* layout : {"mvtec_ad", "visa", "btad", "mvtec_3d", "mpdd"}) {
    CAPTURE(layout);
    const auto dataset = absent_dataset(layout, "/nonexistent");
    REQUIRE(dataset);
    CHECK(dataset->is_absent());
    CHECK(dataset->layout() == layout);
    const PublishedDataset& published = *published_dataset(layout);
    int64_t normal = 0, anomalous = 0;
    for (const std::string& name : dataset->classes()) {
      const ClassSplit split = dataset->load(name);
      normal += std::ssize(split.train);
      for (const Sample& sample : split.test) ++(sample.anomalous ? anomalous : normal);
    }
    CHECK(normal == published.normal_images);
    CHECK(anomalous == published.anomalous_images);
  }
  CHECK_FALSE(absent_dataset("real_iad", "/nonexistent"));  // published are totals only
  CHECK_FALSE(absent_dataset("folder", "/nonexistent"));
}
