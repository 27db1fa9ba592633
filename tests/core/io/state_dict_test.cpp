#include <catch2/catch.hpp>

#include "core/io/checkpoint_builder.h"
#include "core/io/torch_checkpoint.h"
#include "support/golden.h"
#include "support/program.h"

using namespace adrep;
using namespace adrep::test;
namespace fs = std::filesystem;

namespace {

std::string weight() {
  return tensor(storage("FloatStorage", "0", 2), 0, {2}, {1});
}
const std::vector<Stored> stored_one = {{"0", 2, raw(1.5f) + raw(-2.0f)}};

/// A TorchScript object with these attributes.
std::string module(const std::string& name, const Items& attributes) {
  return global("__torch__.model", name) + ")\x81" + dict(attributes) + "b";
}

TensorMap state_dict_of(const std::string& opcodes) {
  const TemporaryFolder folder;
  test::write(folder / "w", zip_checkpoint(opcodes, stored_one));
  return read_state_dict(folder / "w");
}

std::string refused_state_dict(const std::string& opcodes) {
  return refusal([&] { state_dict_of(opcodes); });
}

}  // namespace

TEST_CASE("a state dict is found at the top, under state_dict or under model", "[io]") {
  const Items weights = {{"a.weight", weight()}, {"a.bias", weight()}};
  for (const std::string& object :
       {dict(weights), ordered_dict(weights), dict({{"epoch", "K\x01"}, {"state_dict", ordered_dict(weights)}}),
        dict({{"model", dict(weights)}, {"optimizer", "}"}}),
        dict({{"model", dict({{"x", "N"}})}, {"state_dict", dict(weights)}})}) {
    const TensorMap tensors = state_dict_of(object);
    REQUIRE(tensors.size() == 2);
    REQUIRE(at::equal(tensors.at("a.weight"), at::tensor({1.5f, -2.0f})));
  }
  REQUIRE(state_dict_of(dict({{"model", weight()}})).size() == 1);
}

TEST_CASE("what is no state dict is refused with the key that shows it", "[io]") {
  REQUIRE(refused_state_dict("K\x01").find("no dictionary") != std::string::npos);
  REQUIRE(refused_state_dict(weight()).find("no dictionary") != std::string::npos);
  REQUIRE(refused_state_dict(dict({{"a", weight()}, {"epoch", "K\x01"}})).find("'epoch' is no tensor") !=
          std::string::npos);
  REQUIRE(refused_state_dict(joined("}K\x01", weight(), "s")).find("no text") != std::string::npos);
}

TEST_CASE("a TorchScript archive's tensors get dotted names", "[io]") {
  const std::string shared = module("Layer", {{"weight", weight()}, {"bias", "N"}, {"training", "\x89"}});
  const TensorMap tensors = state_dict_of(module(
      "Net",
      {{"scale", weight()}, {"visual", module("Visual", {{"0", shared}, {"1", shared}})}, {"sizes", list({"K\x01"})}}));
  std::vector<std::string> names;
  for (const auto& [name, tensor] : tensors) names.push_back(name);
  REQUIRE(names == std::vector<std::string>{"scale", "visual.0.weight", "visual.1.weight"});
  REQUIRE(refused_state_dict(module("Net", {}) + "K\x01"
                                                 "b")
              .find("no attributes") != std::string::npos);
}

TEST_CASE("modules that are shared again and again are refused", "[io]") {
  // each module holds the one before it twice
  std::string modules = module("Layer", {{"weight", weight()}}) + "q\x01";
  for (int i = 0; i < 60; ++i) modules += joined("0", module("Pair", {{"a", "h\x01"}, {"b", "h\x01"}}), "q\x01");
  REQUIRE(refused_state_dict(modules).find("more than 200000 attributes") != std::string::npos);
}

TEST_CASE("a module's name of unreasonable length is refused", "[io]") {
  REQUIRE(refused_state_dict(module("Net", {{std::string(1001, 'x'), weight()}})).find("longer than 1000") !=
          std::string::npos);
}

TEST_CASE("a safetensors file is known by its content", "[io]") {
  const TemporaryFolder folder;
  write_safetensors(folder / "weights.pth", {{"a", at::ones({2})}});
  REQUIRE(at::equal(read_state_dict(folder / "weights.pth").at("a"), at::ones({2})));
}

TEST_CASE("the published EfficientNet-Lite0 file is read", "[io]") {
  const TensorMap weights = read_state_dict(installed_weights());
  REQUIRE(weights.at("_conv_stem.weight").sizes() == at::IntArrayRef{32, 3, 3, 3});
  REQUIRE(weights.at("_fc.weight").sizes() == at::IntArrayRef{1000, 1280});
  REQUIRE(weights.at("_blocks.15._project_conv.weight").sizes() == at::IntArrayRef{320, 1152, 1, 1});
  REQUIRE(weights.at("_bn0.num_batches_tracked").scalar_type() == at::kLong);
  for (const auto& [name, tensor] : weights) {
    INFO(name);
    REQUIRE((!tensor.is_floating_point() || at::isfinite(tensor).all().item<bool>()));
    if (name.ends_with("running_var")) REQUIRE(tensor.min().item<float>() >= 0);
  }
}
