#include "core/representation/projector_checkpoint.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/io/checkpoint_builder.h"
#include "core/io/torch_checkpoint.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Contains;

namespace {

ProjectorCheckpoint small_checkpoint() {
  ProjectorCheckpoint checkpoint;
  checkpoint.params = {"self_cross", 2, 7, 4, "subtract", false};
  checkpoint.channels = {8, 16};
  checkpoint.weights = initial_projector(checkpoint.params, checkpoint.channels, 1);
  checkpoint.residual = false;
  checkpoint.backbone = "efficientnet_lite0";
  checkpoint.backbone_sha256 = "abc";
  checkpoint.classes = {{"real_iad", "zipper", "f1"}, {"folder", "tile", ""}};
  checkpoint.selection = "validation";
  checkpoint.scores = {{"pix_pro", 0.75}};
  checkpoint.settings = R"({"lr":0.0001})";
  return checkpoint;
}

/// A published file: `projectors` with these tensors, flat or one dictionary a level, and NumPy-like scores.
std::string published(const TensorMap& weights, bool nested) {
  std::vector<Stored> storages;
  Items flat;
  std::map<std::string, Items> levels;
  for (const auto& [key, weight] : weights) {
    const std::string name = std::to_string(storages.size());
    const at::Tensor values = weight.contiguous();
    storages.push_back(
        {name, values.numel(),
         std::string(static_cast<const char*>(values.data_ptr()), static_cast<size_t>(values.nbytes()))});
    const std::string built =
        tensor(storage("FloatStorage", name, values.numel()), 0, values.sizes().vec(), values.strides().vec());
    flat.push_back({key, built});
    const size_t dot = key.find('.');
    levels[key.substr(0, dot)].push_back({key.substr(dot + 1), built});
  }
  Items by_level;
  for (const auto& [level, items] : levels) by_level.push_back({level, ordered_dict(items)});
  return zip_checkpoint(dict({{"projectors", ordered_dict(nested ? by_level : flat)},
                              {"pix_pro", joined("G", std::string("\x3f\xe8\0\0\0\0\0\0", 8))}}),
                        storages);
}

}  // namespace

TEST_CASE("projector checkpoint: what is written is read, settings and provenance included", "[projector]") {
  const TemporaryFolder folder;
  const ProjectorCheckpoint written = small_checkpoint();
  write_projector_checkpoint(folder / "p.safetensors", written);
  const ProjectorCheckpoint read = read_projector_checkpoint(folder / "p.safetensors");
  for (const Param& param : params_of<ProjectorParams>().all())
    REQUIRE(param.get(&read.params) == param.get(&written.params));
  REQUIRE(read.channels == written.channels);
  REQUIRE(read.weights.size() == written.weights.size());
  for (const auto& [key, weight] : written.weights) REQUIRE(read.weights.at(key).equal(weight));
  REQUIRE_FALSE(read.residual);
  REQUIRE(read.backbone == "efficientnet_lite0");
  REQUIRE(read.backbone_sha256 == "abc");
  REQUIRE(read.selection == "validation");
  REQUIRE(read.scores == written.scores);
  REQUIRE(read.settings == written.settings);
  REQUIRE(read.sha256.size() == 64);

  REQUIRE(read.saw("real_iad", "zipper", ""));
  REQUIRE(read.saw("folder", "renamed", "f1"));
  REQUIRE_FALSE(read.saw("mvtec_ad", "zipper", "f2"));
  REQUIRE_FALSE(read.saw("mvtec_ad", "tile", ""));
}

TEST_CASE("published projectors load, flat or by level, and say where they come from", "[projector]") {
  const TemporaryFolder folder;
  ProjectorParams params;
  params.references = 6;
  params.layers = 2;
  for (const bool gated : {true, false})
    for (const bool nested : {true, false}) {
      params.squeeze_excite = gated;
      const TensorMap weights = initial_projector(params, {16, 32, 16}, 2);
      write(folder / "published.pth", published(weights, nested));
      const ProjectorCheckpoint read = read_projector_checkpoint(folder / "published.pth");
      std::filesystem::remove(folder / "published.pth");
      REQUIRE(read.channels == std::vector<int64_t>{16, 32, 16});
      REQUIRE(read.params.architecture == "learnable");
      REQUIRE(read.params.layers == 2);
      REQUIRE(read.params.references == 6);
      REQUIRE(read.params.heads == 16);
      REQUIRE(read.params.squeeze_excite == gated);
      REQUIRE(read.weights.size() == weights.size());
      for (const auto& [key, weight] : weights) REQUIRE(read.weights.at(key).equal(weight));
      REQUIRE(read.selection == "oracle");
      REQUIRE(read.scores == std::map<std::string, double>{{"pix_pro", 0.75}});
      REQUIRE(read.saw("real_iad", "audiojack", ""));
      REQUIRE(read.classes.size() == 30);
    }
}

TEST_CASE("a projector written in the published layout loads with its own provenance", "[projector]") {
  const TemporaryFolder folder;
  ProjectorCheckpoint written = small_checkpoint();
  written.selection = "oracle";
  written.trained_backbone_sha256 = "abc";
  write_published_projector(folder / "best.pth", written);
  const ProjectorCheckpoint read = read_projector_checkpoint(folder / "best.pth");
  REQUIRE(description_of(read) == description_of(written));
  REQUIRE(read.weights.size() == written.weights.size());
  for (const auto& [key, weight] : written.weights) REQUIRE(read.weights.at(key).equal(weight));
  REQUIRE_FALSE(read.saw("real_iad", "audiojack", ""));
  REQUIRE(trained_backbone_file("a/best.pth") == "a/best.backbone.safetensors");

  // what another program reads, which knows nothing of the text
  const CheckpointValue content = read_torch_checkpoint(folder / "best.pth");
  REQUIRE(content.find("projectors")->dict()->size() == written.weights.size());
  for (const auto& [name, score] : written.scores) REQUIRE(std::get<double>(content.find(name)->value) == score);
}

TEST_CASE("projector checkpoint: every wrong key is named at once", "[projector]") {
  const TemporaryFolder folder;
  ProjectorParams params;
  params.references = 6;
  TensorMap weights = initial_projector(params, {16, 16}, 2);
  weights.erase("l1_proj.layers.0.mlp.fc1.bias");
  weights["l2_proj.layers.0.cross_attn.out_proj.weight"] = at::zeros({16, 17});
  weights["l2_proj.norm.weight"] = at::zeros({16});
  write(folder / "wrong.pth", published(weights, false));
  REQUIRE_THROWS_WITH(read_projector_checkpoint(folder / "wrong.pth"),
                      Contains("wrong.pth: 3 wrong keys") && Contains("missing 'l1_proj.layers.0.mlp.fc1.bias' [64]") &&
                          Contains("'l2_proj.layers.0.cross_attn.out_proj.weight' is [16, 17], not [16, 16]") &&
                          Contains("unknown 'l2_proj.norm.weight'"));
  REQUIRE_THROWS_AS(check_projector_weights(weights, params, {16, 16}, "x"), InputError);
}

TEST_CASE("projector checkpoint: other files are refused in one line", "[projector]") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& name) {
    const std::string message = refusal([&] { read_projector_checkpoint(folder / name); });
    INFO(message);
    REQUIRE(message.find(name) != std::string::npos);
    REQUIRE(message.find('\n') == std::string::npos);
  };
  write(folder / "list.pth", zip_checkpoint(list({}), {}));
  write(folder / "empty.pth", zip_checkpoint(dict({{"projectors", dict({})}}), {}));
  write(folder / "text.pth", zip_checkpoint(dict({{"projectors", dict({{"l1_proj", text("x")}})}}), {}));
  write_safetensors(folder / "plain.safetensors", {{"a", at::zeros({1})}});
  for (const char* name : {"list.pth", "empty.pth", "text.pth", "plain.safetensors"}) refused(name);

  const ProjectorCheckpoint good = small_checkpoint();
  int number = 0;
  for (
      const std::string metadata :
      {"no JSON", "{}", R"({"version":2})", R"({"version":1,"projector":{"layers":"0"}})",
       R"({"version":1,"projector":{"depth":"1"}})", R"({"version":"1"})",
       R"({"version":1,"projector":{},"channels":[-1],"residual":true,"backbone":"","backbone_sha256":"","classes":[],"selection":"","scores":{},"settings":{}})",
       R"({"version":1,"projector":{},"channels":[],"residual":true,"backbone":"","backbone_sha256":"","classes":[],"selection":"","scores":{},"settings":{}})"}) {
    const std::string name = "metadata" + std::to_string(number++) + ".safetensors";
    write_safetensors(folder / name, good.weights, {{"adrep_projector", metadata}});
    refused(name);
  }
}

TEST_CASE("the laid-out checkpoints of the goldens are recognised, and their keys found wrong", "[golden][projector]") {
  for (const char* name :
       {"checkpoint_reference.pth", "checkpoint_reference_legacy.pth", "checkpoint_reference_numpy2.pth"})
    REQUIRE_THROWS_WITH(
        read_projector_checkpoint(golden_file(name)),
        Contains("missing 'l1_proj.ref_proj.project.weight'") && Contains("unknown 'l1_proj.bn.weight'"));
}
