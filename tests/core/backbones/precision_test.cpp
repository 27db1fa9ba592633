#include "core/backbones/precision.h"

#include <catch2/catch.hpp>

#include "core/backbones/packed_operators.h"
#include "core/base/error.h"

using namespace adrep;
using Catch::Matchers::Contains;

TEST_CASE("precisions by name", "[vit]") {
  REQUIRE(resolve_precision("fp32", at::kCPU) == Precision::fp32);
  REQUIRE(resolve_precision("bf16", at::kCPU) == Precision::bf16);
  REQUIRE(resolve_precision("fp16", at::kCPU) == Precision::fp16);
  REQUIRE_THROWS_WITH(resolve_precision("fp8", at::kCPU), Contains("precision=fp8"));
  for (const Precision precision : {Precision::fp32, Precision::bf16, Precision::fp16})
    REQUIRE(resolve_precision(precision_name(precision), at::kCPU) == precision);
  REQUIRE(scalar_type(Precision::bf16) == at::kBFloat16);
}

TEST_CASE("weights in bf16 are packed where the processor has what oneDNN needs for it, in fp32 everywhere", "[vit]") {
  REQUIRE(packs_weights({.precision = Precision::fp32}));
  REQUIRE_FALSE(packs_weights({.precision = Precision::fp16}));
  REQUIRE_FALSE(packs_weights({.precision = Precision::bf16, .trainable = true}));
#ifdef __x86_64__
  if (!__builtin_cpu_supports("avx512bw")) REQUIRE_FALSE(packs_weights({.precision = Precision::bf16}));
#endif
  if (!packs_weights({.precision = Precision::bf16})) REQUIRE(resolve_precision("auto", at::kCPU) == Precision::fp32);
}

TEST_CASE("auto is decided once a process", "[vit]") {
  const Precision chosen = resolve_precision("auto", at::kCPU);
  REQUIRE(chosen != Precision::fp16);
  REQUIRE(resolve_precision("auto", at::kCPU) == chosen);
}
