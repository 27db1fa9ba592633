#include "core/backbones/key_prefixes.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

TensorMap named(const std::vector<std::string>& names) {
  TensorMap tensors;
  for (const std::string& name : names) tensors[name] = at::zeros({1});
  return tensors;
}

/// The names that are left, with a space between them.
std::string left_of(const std::vector<std::string>& names) {
  std::string left;
  for (const auto& [name, tensor] : without_prefix(named(names), {"conv1.weight", "cls_token"}, "w.pth"))
    left += (left.empty() ? "" : " ") + name;
  return left;
}

}  // namespace

TEST_CASE("prefixes of training codes are taken off, with what stands beside them", "[weights]") {
  CHECK(left_of({"module.conv1.weight", "module.fc.bias"}) == "conv1.weight fc.bias");
  CHECK(left_of({"teacher.backbone.cls_token", "teacher.head.w", "student.backbone.cls_token"}) == "cls_token");
  CHECK(left_of({"_orig_mod.module.cls_token", "epoch"}) == "cls_token");
}

TEST_CASE("names that are no training code's, or stand without a prefix, stay", "[weights]") {
  CHECK(left_of({"cls_token", "module.cls_token"}) == "cls_token module.cls_token");
  CHECK(left_of({"layer1.0.conv1.weight"}) == "layer1.0.conv1.weight");
  CHECK(left_of({"student.cls_token"}) == "student.cls_token");
  CHECK(left_of({"other"}) == "other");
}

TEST_CASE("models under two prefixes are refused with both", "[weights]") {
  CHECK_THROWS_WITH(left_of({"model.cls_token", "teacher.cls_token"}),
                    Contains("w.pth") && Contains("'model.'") && Contains("'teacher.'") && Contains("--only"));
}
