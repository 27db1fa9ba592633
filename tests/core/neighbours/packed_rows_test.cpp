#include "core/neighbours/packed_rows.h"

#include <catch2/catch.hpp>

#include "core/neighbours/rounding.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("products with packed rows are those of double within the bound of rounding, whatever the tile",
          "[nearest]") {
  for (const int64_t width : {1, 37, 500}) {
    const at::Tensor rows = normal_tensor({130, width}, 1), queries = normal_tensor({40, width}, 2);
    const at::Tensor exact = queries.to(at::kDouble).mm(rows.to(at::kDouble).t());
    const at::Tensor lengths = at::outer(at::linalg_vector_norm(queries, 2, at::IntArrayRef{1}),
                                         at::linalg_vector_norm(rows, 2, at::IntArrayRef{1}));
    const at::Tensor buffer = at::empty({40 * 130});
    for (const int64_t tile : {0, 40, 64}) {  // not packed, packed for these queries, packed for others
      const PackedRows packed(rows, tile);
      REQUIRE(packed.size() == 130);
      const at::Tensor products = packed.products(queries, buffer);
      REQUIRE(products.sizes() == at::IntArrayRef({40, 130}));
      REQUIRE((products - exact).abs().le(sum_rounding(width) * lengths.to(at::kDouble)).all().item<bool>());
    }
  }
}
