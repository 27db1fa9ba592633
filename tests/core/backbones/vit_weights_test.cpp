#include "core/backbones/vit_weights.h"

#include <catch2/catch.hpp>

#include "core/backbones/vit_golden.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

void replace(std::string& text, const std::string& from, const std::string& to) {
  if (const size_t at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
}

/// Weights under DINOv2's own names under Hugging Face's, which keeps queries, keys and values apart.
TensorMap as_hugging_face(const TensorMap& official) {
  TensorMap renamed;
  for (const auto& [key, tensor] : official) {
    std::string name = key;
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"patch_embed.proj", "embeddings.patch_embeddings.projection"},
             {"cls_token", "embeddings.cls_token"},
             {"register_tokens", "embeddings.register_tokens"},
             {"mask_token", "embeddings.mask_token"},
             {"pos_embed", "embeddings.position_embeddings"},
             {"blocks.", "encoder.layer."},
             {"attn.proj", "attention.output.dense"},
             {"ls1.gamma", "layer_scale1.lambda1"},
             {"ls2.gamma", "layer_scale2.lambda1"}})
      if (name.starts_with(from) || name.find("." + from) != std::string::npos) replace(name, from, to);
    if (name.starts_with("norm.")) replace(name, "norm", "layernorm");
    if (name.find("attn.qkv") == std::string::npos) {
      renamed[name] = tensor;
      continue;
    }
    const auto parts = tensor.chunk(3);
    const char* names[] = {"query", "key", "value"};
    for (size_t i = 0; i < 3; ++i) {
      std::string part = name;
      replace(part, "attn.qkv", std::string("attention.attention.") + names[i]);
      renamed[part] = parts[i];
    }
  }
  return renamed;
}

/// What is said of the tensors when they should be of a registered backbone.
std::string refusal(const std::string& backbone, const TensorMap& tensors) {
  const TemporaryFolder folder;
  write_safetensors(folder / "w.safetensors", tensors);
  try {
    BackboneRegistry::instance().get(backbone, "backbone").load(folder / "w.safetensors", {});
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("Hugging Face's DINOv2 files give what the official ones give", "[golden][vit]") {
  for (const char* name : {"vit_dinov2", "vit_dinov2_registers"}) {
    const Golden golden = load_golden(name);
    const VitArchitecture a = golden_dinov2(golden);
    const TensorMap official = golden_weights(golden), renamed = as_hugging_face(official);
    REQUIRE(renamed.contains("encoder.layer.0.attention.attention.key.bias"));
    const at::Tensor images = golden[golden.has("input/square") ? "input/square" : "square/input"];
    const Levels expected = make_vit(official, a)->forward(images), levels = make_vit(renamed, a)->forward(images);
    for (int64_t l = 0; l < levels.count(); ++l) REQUIRE(levels[l].equal(expected[l]));
  }
}

TEST_CASE("timm's CLIP files, with a norm before the blocks, are of DINOv2's layout", "[golden][vit]") {
  const Golden golden = load_golden("vit_clip");
  TensorMap renamed;
  for (const auto& [key, tensor] : golden_weights(golden)) {
    std::string name = key;
    for (const auto& [from, to] :
         std::vector<std::pair<std::string, std::string>>{{"visual.", ""},
                                                          {"conv1", "patch_embed.proj"},
                                                          {"class_embedding", "cls_token"},
                                                          {"positional_embedding", "pos_embed"},
                                                          {"ln_pre", "norm_pre"},
                                                          {"ln_post", "norm"},
                                                          {"transformer.resblocks", "blocks"},
                                                          {"ln_1", "norm1"},
                                                          {"ln_2", "norm2"},
                                                          {"in_proj_", "qkv."},
                                                          {"out_proj", "proj"},
                                                          {"c_fc", "fc1"},
                                                          {"c_proj", "fc2"}})
      replace(name, from, to);
    if (name == "proj") continue;
    renamed[name] = name == "cls_token" || name == "pos_embed" ? tensor.reshape({1, -1, tensor.size(-1)}) : tensor;
  }
  const VitArchitecture a = golden_clip(golden);
  const Levels levels = make_vit(renamed, a)->forward(golden["input/image"]);
  for (size_t l = 0; l < a.layers.size(); ++l)
    REQUIRE(relative_difference(levels.maps[l], golden[fmt::format("output/block{}", a.layers[l])]) < 1e-4);
}

TEST_CASE("other modalities and heads in a file are ignored", "[golden][vit]") {
  const Golden golden = load_golden("vit_imagebind");
  TensorMap weights = golden_weights(golden);
  weights["modality_trunks.text.blocks.0.norm_1.weight"] = at::ones({4});
  weights["modality_heads.vision.0.weight"] = at::ones({4});
  weights["modality_postprocessors.text.1.log_logit_scale"] = at::ones({});
  REQUIRE_NOTHROW(make_vit(weights, golden_imagebind(golden)));
  weights["modality_trunks.vision.blocks.0.extra"] = at::ones({4});
  REQUIRE_THROWS_WITH(make_vit(weights, golden_imagebind(golden)), Contains("1 unknown"));
}

TEST_CASE("keys of blocks that are not used are still checked", "[golden][vit]") {
  const Golden golden = load_golden("vit_dinov2");
  VitArchitecture a = golden_dinov2(golden);
  a.layers = {1};
  TensorMap weights = golden_weights(golden);
  weights.erase("blocks.3.mlp.fc2.bias");
  REQUIRE_THROWS_WITH(make_vit(weights, a), Contains("1 missing (missing: 'blocks.3.mlp.fc2.bias'"));
}

TEST_CASE("a file of no known layout is refused with the keys that would show one", "[vit]") {
  const std::string message = refusal("dinov2_base", {{"layer1.0.conv1.weight", at::ones({1})}});
  CHECK_THAT(message, Contains("w.safetensors") && Contains("dinov2_base") && Contains("'patch_embed.proj.weight'") &&
                          Contains("'visual.class_embedding'"));
  CHECK_THAT(refusal("dinov2_base", {{"visual.class_embedding", at::ones({768})}}),
             Contains("OpenAI's CLIP archive") && Contains("LayerScale"));
  CHECK_THAT(refusal("dinov2_base_reg", {{"visual.class_embedding", at::ones({768})}}), Contains("dinov2_base_reg"));
}

TEST_CASE("the complete list of an official file's keys is wanted", "[vit]") {
  // counted from the authors' models: DINOv2 has 4 keys and 14 a block, CLIP's tower 5 and 12, ImageBind's trunk 5 and
  // 12
  struct Wanted {
    const char *backbone, *marker;
    std::vector<int64_t> shape;
    int keys;
  };
  for (const Wanted& wanted :
       {Wanted{"dinov2_base", "patch_embed.proj.weight", {768, 3, 14, 14}, 4 + 14 * 12},
        Wanted{"dinov2_large_reg", "patch_embed.proj.weight", {1024, 3, 14, 14}, 5 + 14 * 24},
        Wanted{"dinov2_giant", "patch_embed.proj.weight", {1536, 3, 14, 14}, 4 + 14 * 40},
        Wanted{"clip_base", "visual.class_embedding", {768}, 5 + 12 * 12},
        Wanted{"clip_large336", "visual.class_embedding", {1024}, 5 + 12 * 24},
        Wanted{
            "imagebind", "modality_preprocessors.vision.rgbt_stem.proj.1.weight", {1280, 3, 2, 14, 14}, 5 + 12 * 32}}) {
    const std::string message = refusal(wanted.backbone, {{wanted.marker, at::zeros(wanted.shape)}});
    CAPTURE(wanted.backbone, message.substr(0, 200));
    CHECK_THAT(message, Contains(fmt::format("{} missing (missing:", wanted.keys - 1)));
    CHECK(static_cast<int>(std::count(message.begin(), message.end(), '\'')) == 2 * (wanted.keys - 1));
    CHECK(message.find('\n') == std::string::npos);
  }
}
