#include <catch2/catch.hpp>

#include "core/io/tensor_parts.h"
#include "detectors/padim/padim.h"

#include <ATen/Parallel.h>
#include "detectors/support.h"

using namespace adrep;
using namespace adrep::test;

namespace {

constexpr int64_t updated_channels = 24;

/// Correlated channels of very different spread about a pattern of the position, the later images about another one.
Levels updated_levels(int64_t images, uint64_t seed) {
  const at::Tensor mix = at::diag(at::logspace(-1.5, 0.7, updated_channels))
                             .matmul(random_tensor({updated_channels, updated_channels}, 7));
  const at::Tensor noise = random_tensor({images, 3, 4, updated_channels}, seed).matmul(mix) / 4;
  const at::Tensor drift = at::arange(images).gt(6).view({-1, 1, 1, 1}) * 0.5;
  return {{(random_tensor({1, 3, 4, updated_channels}, 8) + noise + drift).permute({0, 3, 1, 2}).contiguous()}, 16};
}

Padim padim_of(const std::string& covariance, const Levels& normals, const at::Device& device = at::kCPU) {
  PadimParams params;
  params.covariance = covariance;
  Padim padim(params);
  padim.fit(MemoryFeatures(normals), Quiet(0, device).context);
  return padim;
}

void require_like_refitting(const Padim& padim, const Padim& refitted) {
  const Levels all = updated_levels(30, 5).to(refitted.state().at("level0/mean").device());
  const at::Tensor expected = refitted.distances(all[0], 0);
  const double difference = (padim.distances(all[0], 0) - expected).abs().max().item<double>();
  REQUIRE(difference < 1e-5 * expected.max().item<double>());
  REQUIRE(padim.state().size() == refitted.state().size());
  for (const auto& [key, tensor] : refitted.state()) REQUIRE(padim.state().at(key).sizes() == tensor.sizes());
}

}  // namespace

TEST_CASE("PaDiM updated equals PaDiM refitted, whatever there is more of", "[padim]") {
  for (const std::string covariance : {"auto", "full", "lowrank", "diagonal", "shared"})
    for (const int64_t n : {1, 2, 10, 24, 25, 26, 70})
      for (const int64_t m : {1, 2, 15, 60}) {
        CAPTURE(covariance, n, m);
        const Levels all = updated_levels(n + m, 1);
        Padim padim = padim_of(covariance, all.narrow(0, n));
        const at::Tensor before = padim.distances(all[0], 0);
        REQUIRE(padim.update(MemoryFeatures(all.narrow(n, m)), Quiet(0).context));
        require_like_refitting(padim, padim_of(covariance, all));
        REQUIRE((padim.distances(all[0], 0) - before).abs().max().item<double>() > 1e-3 * before.max().item<double>());
      }
}

TEST_CASE("PaDiM updated twice, and from a file in between, equals PaDiM refitted", "[padim]") {
  const Levels all = updated_levels(40, 2);
  for (const std::string covariance : {"auto", "full", "lowrank", "diagonal", "shared"}) {
    CAPTURE(covariance);
    Padim padim = padim_of(covariance, all.narrow(0, 9)), later = padim_of(covariance, all.narrow(20, 3));
    REQUIRE(padim.update(MemoryFeatures(all.narrow(9, 14)), Quiet(0).context));
    later.load(copies_of(padim.state()));
    REQUIRE(later.update(MemoryFeatures(all.narrow(23, 17)), Quiet(0).context));
    require_like_refitting(later, padim_of(covariance, all));
  }
}

TEST_CASE("PaDiM fitted on the CPU and updated on CUDA equals PaDiM refitted there", "[gpu][padim]") {
  const at::Device device = cuda_device();
  const Levels all = updated_levels(50, 6);
  for (const std::string covariance : {"auto", "full", "lowrank", "diagonal", "shared"})
    for (const int64_t n : {1, 20, 40}) {
      CAPTURE(covariance, n);
      Padim padim = padim_of(covariance, all.narrow(0, n));
      REQUIRE(padim.update(MemoryFeatures(all.narrow(n, 50 - n)), Quiet(0, device).context));
      require_like_refitting(padim, padim_of(covariance, all, device));
    }
}

TEST_CASE("PaDiM updated image by image stays near PaDiM refitted", "[padim]") {
  const Levels all = updated_levels(60, 3);
  for (const std::string covariance : {"auto", "full", "diagonal", "shared"}) {
    CAPTURE(covariance);
    Padim padim = padim_of(covariance, all.narrow(0, 10));
    for (int64_t image = 10; image < 60; ++image)
      REQUIRE(padim.update(MemoryFeatures(all.narrow(image, 1)), Quiet(0).context));
    require_like_refitting(padim, padim_of(covariance, all));
  }
}

TEST_CASE("PaDiM updated on any number of threads, with any memory, is the same to the last bit", "[padim]") {
  // as many channels as let libraries divide a single matrix among threads; one position, and two chunks
  const int64_t channels = 160;
  const int threads = at::get_num_threads();
  for (const int64_t positions : {1, 17})
    for (const std::string covariance : {"auto", "full", "diagonal", "shared"}) {
      CAPTURE(positions, covariance);
      const Levels all{{random_tensor({170, channels, 1, positions}, 11)}, 16};
      const auto updated = [&](int count) {
        Padim padim = padim_of(covariance, all.narrow(0, 90));
        at::set_num_threads(count);
        const bool learnt = padim.update(MemoryFeatures(all.narrow(90, 30)), Quiet(0).context);
        at::set_num_threads(threads);
        REQUIRE(learnt);
        return padim.state();
      };
      const TensorMap one = updated(1);
      require_equal(updated(2), one);
      require_equal(updated(3), one);
    }
}

TEST_CASE("PaDiM keeps its choice of channels when it is updated", "[padim]") {
  const Levels all = updated_levels(20, 4);
  PadimParams params;
  params.dims = 10;
  Padim padim(params), refitted(params);
  padim.fit(MemoryFeatures(all.narrow(0, 8)), Quiet(3).context);
  REQUIRE(padim.update(MemoryFeatures(all.narrow(8, 12)), Quiet(3).context));
  refitted.fit(MemoryFeatures(all), Quiet(3).context);
  REQUIRE(padim.state().at("level0/channels").equal(refitted.state().at("level0/channels")));
  require_like_refitting(padim, refitted);
}

TEST_CASE("PaDiM of 0.2, which did not count its images, scores and refuses to be updated", "[padim]") {
  const Levels normals = updated_levels(8, 1);
  for (const std::string covariance : {"auto", "diagonal"}) {
    Padim padim = padim_of(covariance, normals), old = padim_of(covariance, updated_levels(3, 2));
    TensorMap state = padim.state();
    REQUIRE(state.erase("level0/samples") == 1);
    old.load(state);
    REQUIRE(old.distances(normals[0], 0).equal(padim.distances(normals[0], 0)));
    REQUIRE_THROWS_WITH(old.update(MemoryFeatures(normals), Quiet(0).context), Catch::Contains("fit it again"));
  }
}

TEST_CASE("PaDiM: a number of images that cannot be that of its low-rank form is refused", "[padim]") {
  Padim padim = padim_of("lowrank", updated_levels(8, 1));
  TensorMap state = padim.state();
  state["level0/samples"] = at::full({1}, 9, at::kLong);
  REQUIRE_THROWS_WITH(padim.load(state), Catch::Contains("level0"));
}
