#include "benchmarks/pretraining/pretrain_batch.h"

#include <catch2/catch.hpp>

#include "core/base/config.h"
#include "support/golden.h"
#include "support/seeded_backbones.h"
#include "support/trees.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// Average-pooled pixels, one level; it counts what it is asked for.
class CountingBackbone final : public Backbone {
 public:
  explicit CountingBackbone(bool invariant = false) : invariant_(invariant) {}
  bool batch_invariant() const override { return invariant_; }
  const BackboneInfo& info() const override { return info_; }
  std::vector<LevelShape> shapes(int64_t height, int64_t width) const override { return {{3, height / 8, width / 8}}; }
  double flops(int64_t, int64_t) const override { return 0; }
  Levels forward(const at::Tensor& images) const override {
    batches.push_back(images.size(0));
    return {{at::avg_pool2d(images, {8, 8})}, images.size(3)};
  }

  mutable std::vector<int64_t> batches;

 private:
  bool invariant_;
  BackboneInfo info_ = [] {
    BackboneInfo info;
    info.std = {1, 1, 1};
    return info;
  }();
};

}  // namespace

TEST_CASE("a pass does no work twice: both views are one batch, a reference is computed once", "[pretraining]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 4);
  const PretrainConfig config = resolve_pretrain(
      read_config({}, {"data=" + (folder / "data").string(), "image.crop=64", "batch=6", "references.shots=3"}));
  const PretrainData data = open_pretrain_data(config.settings);
  const CountingBackbone backbone;
  ReferenceCache cache(data, backbone, config.geometry(), int64_t{1} << 30);
  const ProcessGroup group;
  BatchMaker batches(config, data, backbone, cache, group);
  REQUIRE(batches.passes() == 2);
  StageClock clock(at::kCPU);
  int64_t with_both_views = 0, references = 0;
  for (int64_t epoch = 0; epoch < 4; ++epoch) {
    for (int64_t pass = 0; pass < batches.passes(); ++pass) {
      const std::optional<PretrainBatch> batch = batches.make(epoch, pass, clock);
      if (!batch) continue;
      REQUIRE(batch->view1[0].size(0) == 6);
      REQUIRE_FALSE(batch->view1[0].equal(batch->view2[0]));
      for (const auto& rows : batch->references) REQUIRE(rows[0].sizes() == at::IntArrayRef({3 * 64, 3}));
      REQUIRE(std::count(backbone.batches.begin(), backbone.batches.end(), 12) == ++with_both_views);
    }
  }
  for (const int64_t size : backbone.batches) references += size == 1;
  REQUIRE(with_both_views + references == static_cast<int64_t>(backbone.batches.size()));
  REQUIRE(references <= static_cast<int64_t>(data.normal_images().size()));
  batches.centers();
  const size_t before = backbone.batches.size();
  batches.centers();
  REQUIRE(backbone.batches.size() == before);
  const auto seconds = clock.take_seconds();
  for (const char* stage : {"decode", "augment", "backbone", "references"}) REQUIRE(seconds.contains(stage));
  REQUIRE(clock.take_seconds().empty());

  cache.forget();  // as after a step of a trained backbone
  batches.centers();
  REQUIRE(backbone.batches.size() == before + data.normal_images().size());
}

namespace {

PretrainConfig plates(const TemporaryFolder& folder) {
  write_mvtec_class(folder / "data", "plate", 20, 2);
  return resolve_pretrain(read_config({}, {"data=" + (folder / "data").string(), "image.crop=64"}));
}

/// Lists that share images, one longer than a pass.
std::vector<std::vector<size_t>> lists_of(const std::vector<size_t>& normals) {
  const auto part = [&](size_t first, size_t count) {
    const auto start = normals.begin() + static_cast<int64_t>(first);
    return std::vector<size_t>(start, start + static_cast<int64_t>(count));
  };
  return {part(0, 3), part(2, 3), part(1, 1), part(3, 12), part(4, 2), part(14, 4)};
}

}  // namespace

TEST_CASE("references that are missing go through the backbone together where that changes nothing", "[pretraining]") {
  const TemporaryFolder folder;
  const PretrainConfig config = plates(folder);
  const PretrainData data = open_pretrain_data(config.settings);
  const std::vector<std::vector<size_t>> lists = lists_of(data.normal_images());  // 18 images
  const CountingBackbone alone, together(true);
  ReferenceCache one_by_one(data, alone, config.geometry(), int64_t{1} << 30);
  ReferenceCache joined(data, together, config.geometry(), int64_t{1} << 30);
  const auto a = one_by_one.rows(lists), b = joined.rows(lists);
  REQUIRE(alone.batches == std::vector<int64_t>(18, 1));
  int64_t images = 0;
  for (const int64_t size : together.batches) images += size;
  REQUIRE(images == 18);
  REQUIRE(together.batches.size() <= 4);
  REQUIRE((a.size() == lists.size() && b.size() == lists.size()));
  for (size_t i = 0; i < lists.size(); ++i) REQUIRE(a[i][0].equal(b[i][0]));
  joined.rows(lists);
  REQUIRE(together.batches.size() <= 4);

  // a cache that holds nothing computes the same, and no image twice for one list
  ReferenceCache none(data, together, config.geometry(), 0);
  const auto c = none.rows(lists);
  for (size_t i = 0; i < lists.size(); ++i) REQUIRE(a[i][0].equal(c[i][0]));
}

TEST_CASE("references through EfficientNet-Lite0 together have the bits of each alone", "[pretraining]") {
  const TemporaryFolder folder;
  const PretrainConfig config = plates(folder);
  const PretrainData data = open_pretrain_data(config.settings);
  const auto backbone = load_backbone("efficientnet_lite0", seeded_efficientnet(), at::kCPU, "fp32");
  REQUIRE(backbone->batch_invariant());
  ReferenceCache cache(data, *backbone, config.geometry(), int64_t{1} << 30);
  const std::vector<size_t> normals = data.normal_images();
  const auto together = cache.rows({normals});
  for (size_t i = 0; i < normals.size(); ++i) {
    cache.forget();
    const auto alone = cache.rows({{normals[i]}});
    for (size_t l = 0; l < alone[0].size(); ++l) {
      const int64_t count = alone[0][l].size(0);
      REQUIRE(together[0][l].narrow(0, static_cast<int64_t>(i) * count, count).equal(alone[0][l]));
    }
  }
}
