#include "benchmarks/pretraining/pretrain_batch.h"

#include <catch2/catch.hpp>

#include "core/base/config.h"
#include "support/golden.h"
#include "support/trees.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// Average-pooled pixels, one level; it counts what it is asked for.
class CountingBackbone final : public Backbone {
 public:
  const BackboneInfo& info() const override { return info_; }
  std::vector<LevelShape> shapes(int64_t height, int64_t width) const override { return {{3, height / 8, width / 8}}; }
  double flops(int64_t, int64_t) const override { return 0; }
  Levels forward(const at::Tensor& images) const override {
    batches.push_back(images.size(0));
    return {{at::avg_pool2d(images, {8, 8})}, images.size(3)};
  }

  mutable std::vector<int64_t> batches;

 private:
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
  const auto seconds = clock.take();
  for (const char* stage : {"decode", "augment", "backbone", "references"}) REQUIRE(seconds.contains(stage));
  REQUIRE(clock.take().empty());

  cache.forget();  // as after a step of a trained backbone
  batches.centers();
  REQUIRE(backbone.batches.size() == before + data.normal_images().size());
}
