#include "core/io/tensor_parts.h"

#include <catch2/catch.hpp>

using namespace adrep;

TEST_CASE("the tensors below a prefix are those that begin with it, and put back they are the same") {
  const at::Tensor one = at::ones({1}), two = at::full({1}, 2);
  const TensorMap all{{"a", one},       {"model", one},     {"model/", two},
                      {"model/x", one}, {"model/y/z", two}, {"modem/x", one}};
  const TensorMap part = tensors_below(all, "model/");
  REQUIRE(part.size() == 3);
  CHECK(part.at("").equal(two));
  CHECK(part.at("x").equal(one));
  CHECK(part.at("y/z").equal(two));
  CHECK(tensors_below(all, "").size() == all.size());
  CHECK(tensors_below(all, "none/").empty());
  TensorMap back{{"kept", one}};
  add_below(back, "model/", part);
  CHECK(back.size() == 4);
  CHECK(tensors_below(back, "model/").size() == 3);
}
