#include "core/representation/pretrained.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/representation/reference_residuals.h"
#include "support/cuda.h"
#include "support/golden.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

namespace {

struct PretrainedExample {
  ProjectorCheckpoint checkpoint;
  ReferenceBank bank;
  Levels levels;
};

PretrainedExample example(const std::string& architecture) {
  PretrainedExample made;
  made.checkpoint.params.architecture = architecture;
  made.checkpoint.params.references = 9;
  made.checkpoint.channels = {16, 24};
  made.checkpoint.weights = initial_projector(made.checkpoint.params, made.checkpoint.channels, 1);
  made.bank = {{normal_tensor({2 * 12, 16}, 2), normal_tensor({2 * 4, 24}, 3)}, {"a.png", "b.png"}, 0};
  made.levels.maps = {normal_tensor({3, 16, 4, 3}, 4), normal_tensor({3, 24, 2, 2}, 5)};
  return made;
}

void compare_parts(const at::Device& device) {
  for (const auto& [architecture, entry] : ProjectorRegistry::instance().all())
    for (const bool residuals : {true, false}) {
      PretrainedExample e = example(architecture);
      e.checkpoint.residual = residuals;
      const PretrainedRepresentation pretrained(e.checkpoint, e.bank, Match::cosine, device);
      const Levels output = pretrained.apply(e.levels);
      REQUIRE(output.image_size == e.levels.image_size);
      for (int64_t l = 0; l < output.count(); ++l) {
        const at::Tensor& rows = e.bank.rows[static_cast<size_t>(l)];
        const at::Tensor input = residuals ? residual(e.levels[l], rows, Match::cosine) : e.levels[l];
        const at::Tensor references = reference_residuals(rows, 2, Match::cosine).unsqueeze(0);
        const at::Tensor expected = project(e.checkpoint.params, e.checkpoint.weights, l, input, references);
        REQUIRE(output[l].device().is_cpu());
        REQUIRE(relative_difference(output[l], expected) < (device.is_cpu() ? 1e-7 : 1e-5));
      }
    }
}

}  // namespace

TEST_CASE("pretrained features are the projectors' outputs of residuals", "[projector]") {
  compare_parts(at::kCPU);
}

TEST_CASE("pretrained features on CUDA", "[gpu][projector]") {
  compare_parts(cuda_device());
}

TEST_CASE("pretrained features: another backbone's levels are refused", "[projector]") {
  PretrainedExample e = example("learnable");
  e.checkpoint.backbone = "dinov2_base";
  e.bank.rows.pop_back();
  REQUIRE_THROWS_WITH(PretrainedRepresentation(e.checkpoint, e.bank, Match::cosine, at::kCPU),
                      Catch::Contains("dinov2_base") && Catch::Contains("16, 24"));
  e = example("learnable");
  const PretrainedRepresentation pretrained(e.checkpoint, e.bank, Match::cosine, at::kCPU);
  e.levels.maps.pop_back();
  REQUIRE_THROWS_AS(pretrained.apply(e.levels), Error);
}

TEST_CASE("pretrained features with other references are those of a representation made with them", "[projector]") {
  for (const char* architecture : {"learnable", "cross_attention"}) {
    CAPTURE(architecture);
    const PretrainedExample e = example(architecture);
    const ReferenceBank other = {{normal_tensor({3 * 12, 16}, 6), normal_tensor({3 * 4, 24}, 7)}, {"c", "d", "e"}, 0};
    const PretrainedRepresentation first(e.checkpoint, e.bank, Match::cosine, at::kCPU),
        second(e.checkpoint, other, Match::cosine, at::kCPU);
    const Levels with = first.with(other)->apply(e.levels), made = second.apply(e.levels), own = first.apply(e.levels);
    for (int64_t l = 0; l < made.count(); ++l) {
      REQUIRE(with[l].equal(made[l]));
      REQUIRE_FALSE(with[l].equal(own[l]));
    }
  }
}
