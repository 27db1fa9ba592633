#include "core/backbones/packed_convolution.h"

#include <catch2/catch.hpp>

#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

struct Case {
  int64_t in, out, kernel, stride, groups;
};
constexpr Case convolution_cases[] = {
    {3, 32, 7, 2, 1}, {64, 48, 1, 1, 1}, {64, 128, 1, 2, 1}, {32, 64, 3, 1, 1}, {24, 24, 5, 2, 24}};

at::Tensor channels_innermost(const at::Tensor& x) {
  return x.contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor in_double(const at::Tensor& x, Rectifier rectifier) {
  if (rectifier == Rectifier::relu) return x.clamp_min(0);
  return rectifier == Rectifier::relu6 ? x.clamp(0, 6) : x;
}

}  // namespace

TEST_CASE("a packed convolution gives the one in double, with what follows it", "[backbone]") {
  REQUIRE(PackedConvolution::available());  // LibTorch's packages have oneDNN
  for (const Case& c : convolution_cases) {
    const int64_t padding = c.kernel / 2;
    const at::Tensor x = channels_innermost(random_tensor({2, c.in, 19, 22}, 1)), bias = random_tensor({c.out}, 2);
    const at::Tensor weight = random_tensor({c.out, c.in / c.groups, c.kernel, c.kernel}, 3) * 0.3;
    const at::Tensor expected =
        at::conv2d(x.to(at::kDouble), weight.to(at::kDouble), bias.to(at::kDouble), at::IntArrayRef(c.stride),
                   at::IntArrayRef(padding), at::IntArrayRef(1), c.groups);
    const at::Tensor other = channels_innermost(random_tensor(expected.sizes(), 4));
    const PackedConvolution convolution(weight, bias, c.stride, c.groups);
    for (const Rectifier rectifier : {Rectifier::none, Rectifier::relu, Rectifier::relu6}) {
      INFO("kernel " << c.kernel << ", stride " << c.stride << ", groups " << c.groups);
      const at::Tensor y = convolution.apply(x, {padding, padding}, rectifier);
      REQUIRE(y.is_contiguous(at::MemoryFormat::ChannelsLast));
      REQUIRE(relative_difference(y, in_double(expected, rectifier)) < 2e-6);
    }
    for (const bool relu : {false, true})
      REQUIRE(relative_difference(
                  convolution.plus(x, {padding, padding}, other, relu),
                  in_double(expected + other.to(at::kDouble), relu ? Rectifier::relu : Rectifier::none)) < 2e-6);
  }
}

TEST_CASE("neither the batch nor what was packed before changes a bit of a packed convolution", "[backbone]") {
  REQUIRE(PackedConvolution::available());  // LibTorch's packages have oneDNN
  for (const Case& c : convolution_cases) {
    INFO("kernel " << c.kernel << ", stride " << c.stride << ", groups " << c.groups);
    const at::Tensor images = channels_innermost(random_tensor({8, c.in, 28, 28}, 1));
    const PackedConvolution convolution(random_tensor({c.out, c.in / c.groups, c.kernel, c.kernel}, 3),
                                        random_tensor({c.out}, 2), c.stride, c.groups);
    const auto outputs_of = [&](int64_t first, int64_t count) {
      return convolution.apply(images.narrow(0, first, count), {c.kernel / 2, c.kernel / 2}, Rectifier::none);
    };
    const at::Tensor all = outputs_of(0, 8);  // packed in the call, then before it, then for another batch
    REQUIRE(outputs_of(0, 8).equal(all));
    REQUIRE(outputs_of(0, 8).equal(all));
    for (const int64_t count : {1, 2, 3, 5, 7}) {
      for (int round = 0; round < 3; ++round)
        REQUIRE(outputs_of(8 - count, count).equal(all.narrow(0, 8 - count, count)));
      REQUIRE(outputs_of(0, 8).equal(all));
    }
  }
}
