#include "core/io/sealed_tensors.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

const SealKind kind{"adrep test", 3};

SealedTensors sample() {
  return {{{"name", "a"}, {"numbers", {1, 2.5}}},
          {{"a", at::arange(6, at::kFloat).view({2, 3})},
           {"b/c", at::ones({}, at::kLong)},
           {"empty", at::empty({0, 4})},
           {"flags", at::ones({3}, at::kBool)}}};
}

}  // namespace

TEST_CASE("sealed tensors come back as they were", "[sealed]") {
  const TemporaryFolder folder;
  const SealedTensors content = sample();
  write_sealed(folder / "x", kind, content);
  const SealedTensors read = read_sealed(folder / "x", kind);
  REQUIRE(read.description == content.description);
  REQUIRE(read.tensors.size() == content.tensors.size());
  for (const auto& [name, tensor] : content.tensors) {
    CAPTURE(name);
    REQUIRE(read.tensors.at(name).scalar_type() == tensor.scalar_type());
    REQUIRE(read.tensors.at(name).equal(tensor));
  }
  REQUIRE(sealed_description(folder / "x", kind) == content.description);
}

TEST_CASE("the seal covers description, names, types, shapes and values", "[sealed]") {
  const TemporaryFolder folder;
  const auto resealed_as = [&](const std::function<void(Safetensors&)>& change) {
    write_sealed(folder / "x", kind, sample());
    Safetensors all = read_safetensors(folder / "x");
    change(all);
    write_safetensors(folder / "y", all.tensors, all.metadata);
    REQUIRE_THROWS_AS(read_sealed(folder / "y", kind), InputError);
  };
  resealed_as([](Safetensors& x) { x.metadata["description"] = "{}"; });
  resealed_as([](Safetensors& x) { x.metadata["description"] = "no JSON"; });
  resealed_as([](Safetensors& x) { x.metadata["version"] = "2"; });
  resealed_as([](Safetensors& x) { x.metadata["kind"] = "other"; });
  resealed_as([](Safetensors& x) { x.metadata.clear(); });
  resealed_as([](Safetensors& x) { x.tensors["d"] = at::ones({1}); });
  resealed_as([](Safetensors& x) { x.tensors.erase("empty"); });
  resealed_as([](Safetensors& x) { x.tensors["a"] = x.tensors["a"].view({3, 2}); });
  resealed_as([](Safetensors& x) { x.tensors["a"] = x.tensors["a"].view(at::kInt); });
  resealed_as([](Safetensors& x) { x.tensors["a"] = x.tensors["a"] + 1; });
}

TEST_CASE("only files of the kind and version have a description", "[sealed]") {
  const TemporaryFolder folder;
  write_sealed(folder / "x", kind, sample());
  REQUIRE_FALSE(sealed_description(folder / "x", {"adrep test", 4}));
  REQUIRE_FALSE(sealed_description(folder / "x", {"other", 3}));
  REQUIRE_FALSE(sealed_description(folder / "none", kind));
}
