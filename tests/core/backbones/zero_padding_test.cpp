#include "core/backbones/zero_padding.h"

#include <catch2/catch.hpp>

#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("zeros around images are those of ATen, in every layout", "[backbone]") {
  for (const ZeroPadding& p :
       {ZeroPadding{0, 1, 0, 1}, ZeroPadding{1, 2, 1, 2}, ZeroPadding{0, 0, 3, 0}, ZeroPadding{2, 0, 0, 0}}) {
    for (const at::MemoryFormat layout : {at::MemoryFormat::ChannelsLast, at::MemoryFormat::Contiguous}) {
      const at::Tensor x = random_tensor({2, 5, 11, 7}, 1).contiguous(layout);
      const at::Tensor padded = zero_padded(x, p);
      CHECK(padded.equal(at::constant_pad_nd(x, {p.left, p.right, p.top, p.bottom})));
      CHECK(padded.is_contiguous(layout));
      CHECK(zero_padded(x.to(at::kBFloat16), p).scalar_type() == at::kBFloat16);
    }
  }
}

TEST_CASE("gradients go through the zeros", "[backbone]") {
  at::Tensor x = random_tensor({1, 2, 4, 4}, 2).contiguous(at::MemoryFormat::ChannelsLast).requires_grad_(true);
  zero_padded(x, {0, 1, 0, 1}).sum().backward();
  CHECK(x.grad().equal(at::ones_like(x)));
}
