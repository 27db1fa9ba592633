#include "core/backbones/vit_key_names.h"

#include <catch2/catch.hpp>

#include <functional>
#include <nlohmann/json.hpp>

#include "core/backbones/vision_transformer.h"
#include "core/base/atomic_file.h"
#include "core/io/torch_checkpoint.h"
#include "core/io/torch_checkpoint_writer.h"
#include "support/golden.h"
#include "support/random_tensors.h"
#include "tools/vit_entries.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

using Rename = std::function<std::string(const std::string&)>;

TensorMap renamed(const TensorMap& tensors, const Rename& rename) {
  TensorMap other;
  for (const auto& [name, tensor] : tensors) other[rename(name)] = tensor;
  return other;
}

void swap_text(std::string& text, const std::string& from, const std::string& to) {
  if (const size_t at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
}

/// As DINOv2 with block_chunks=2 names the blocks of a model of four: blocks.CHUNK.BLOCK.
std::string chunked(const std::string& name) {
  if (!name.starts_with("blocks.")) return name;
  const int block = std::stoi(name.substr(7));
  return fmt::format("blocks.{}.{}", block / 2, name.substr(7));
}

/// As transformers 5 names DINOv2 in memory.
std::string in_memory(std::string name) {
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"attention.attention.query", "attention.q_proj"},
                                                        {"attention.attention.key", "attention.k_proj"},
                                                        {"attention.attention.value", "attention.v_proj"},
                                                        {"attention.output.dense", "attention.o_proj"},
                                                        {"mlp.weights_out", "mlp.down_proj"}})
    swap_text(name, from, to);
  return name;
}

/// The image tower alone, without its prefix.
TensorMap tower(const TensorMap& tensors, const std::string& prefix) {
  TensorMap alone;
  for (const auto& [name, tensor] : tensors)
    if (name.starts_with(prefix)) alone[name.substr(prefix.size())] = tensor;
  return alone;
}

/// Files of one model in other packagings give its bits.
class Packagings {
 public:
  explicit Packagings(const std::filesystem::path& official) : official_(read_state_dict(official)) {
    expected_ = levels(official);
  }

  const TensorMap& official() const { return official_; }

  void check(const std::string& what, const TensorMap& tensors) const {
    INFO(what);
    write_safetensors(folder_ / "w.safetensors", tensors);
    check_file(what, folder_ / "w.safetensors");
  }

  void check_file(const std::string& what, const std::filesystem::path& file) const {
    INFO(what);
    const Levels actual = levels(file);
    REQUIRE(actual.count() == expected_.count());
    for (int64_t l = 0; l < actual.count(); ++l) REQUIRE(actual[l].equal(expected_[l]));
  }

  const TemporaryFolder& folder() const { return folder_; }

 private:
  static Levels levels(const std::filesystem::path& file) {
    VitSettings settings;
    settings.vit_heads = 4;
    return load_backbone("vit", file, at::kCPU, "fp32", settings)->forward(normal_tensor({1, 3, 64, 64}, 2));
  }

  TemporaryFolder folder_;
  TensorMap official_;
  Levels expected_;
};

}  // namespace

TEST_CASE("DINOv2 loads from training checkpoints, with prefixes and chunked blocks", "[vit]") {
  const TemporaryFolder folder;
  const Packagings dinov2(write_small_vits(folder.path(), 4)[0].file);
  const TensorMap& official = dinov2.official();
  for (const std::string prefix : {"module.", "backbone.", "teacher.backbone.", "_orig_mod.", "model."})
    dinov2.check(prefix, renamed(official, [&](const std::string& name) { return prefix + name; }));
  dinov2.check("chunks", renamed(official, chunked));
  TensorMap training = renamed(official, [](const std::string& name) { return "backbone." + chunked(name); });
  training["dino_head.mlp.0.weight"] = at::ones({2, 2});
  write_torch_checkpoint(dinov2.folder() / "teacher.pth",
                         {.tensors_key = "teacher", .tensors = training, .numbers = {{"iteration", 3}}, .texts = {}});
  dinov2.check_file("a teacher's checkpoint", dinov2.folder() / "teacher.pth");
}

TEST_CASE("every layout loads below a prefix and from several files with an index", "[vit]") {
  const TemporaryFolder folder;
  for (const SmallVit& small : write_small_vits(folder.path(), 4)) {
    INFO(small.layout);
    const Packagings model(small.file);
    model.check("prefix", renamed(model.official(), [](const std::string& name) { return "module.model." + name; }));
    TensorMap parts[2];
    nlohmann::json map;
    size_t count = 0;
    for (const auto& [name, tensor] : model.official()) {
      const size_t part = count++ % 2;
      parts[part][name] = tensor;
      map[name] = fmt::format("m-0000{}-of-00002.safetensors", part + 1);
    }
    for (size_t part : {0, 1})
      write_safetensors(model.folder() / fmt::format("m-0000{}-of-00002.safetensors", part + 1), parts[part]);
    write_file_atomically(model.folder() / "m.safetensors.index.json", nlohmann::json{{"weight_map", map}}.dump());
    model.check_file("index", model.folder() / "m.safetensors.index.json");
  }
}

TEST_CASE("a part of a model says to name the index", "[vit]") {
  const TemporaryFolder folder;
  write_safetensors(folder / "m-00002-of-00003.safetensors", {{"blocks.3.norm1.weight", at::ones({80})}});
  CHECK_THROWS_WITH(load_backbone("vit", folder / "m-00002-of-00003.safetensors", at::kCPU),
                    Contains("part 2 of 3: name their index, m.safetensors.index.json"));
  CHECK_THROWS_WITH(load_backbone("resnet18", folder / "m-00002-of-00003.safetensors", at::kCPU),
                    Contains("part 2 of 3"));
}

TEST_CASE("two chunks with one block are refused", "[vit]") {
  CHECK_THROWS_WITH(
      published_key_names({{"blocks.0.1.norm1.weight", at::ones({1})}, {"blocks.1.1.norm1.weight", at::ones({1})}},
                          "w.pth"),
      Contains("w.pth") && Contains("'blocks.1.norm1.weight' is there twice"));
}

TEST_CASE("Hugging Face's DINOv2 loads as transformers 5 has it in memory, with a gate too", "[vit]") {
  const TemporaryFolder folder;
  const Packagings dinov2(write_small_vits(folder.path(), 4)[2].file);
  dinov2.check("memory", renamed(dinov2.official(), in_memory));
  dinov2.check("in a classifier", renamed(dinov2.official(), [](const std::string& name) { return "dinov2." + name; }));

  write_safetensors_file(folder / "gated.safetensors", hugging_face_dinov2_entries({80, 4, 8, 8, 40}));
  const Packagings gated(folder / "gated.safetensors");
  TensorMap memory;
  for (const auto& [name, tensor] : renamed(gated.official(), in_memory)) {
    const size_t joined = name.find("weights_in");
    if (joined == std::string::npos) {
      memory[name] = tensor;
      continue;
    }
    const auto halves = tensor.chunk(2);
    memory[name.substr(0, joined) + "gate_proj" + name.substr(joined + 10)] = halves[0];
    memory[name.substr(0, joined) + "up_proj" + name.substr(joined + 10)] = halves[1];
  }
  REQUIRE(memory.contains("encoder.layer.3.mlp.gate_proj.bias"));
  gated.check("memory, gated", memory);
}

TEST_CASE("CLIP's image tower loads alone, as OpenCLIP and transformers 5 write it", "[vit]") {
  const TemporaryFolder folder;
  const auto files = write_small_vits(folder.path(), 4);
  const Packagings openai(files[1].file), hugging_face(files[3].file);
  openai.check("OpenCLIP's tower", tower(openai.official(), "visual."));
  openai.check("OpenCLIP's training",
               renamed(openai.official(), [](const std::string& name) { return "module." + name; }));
  hugging_face.check("CLIPVisionModel", tower(hugging_face.official(), "vision_model."));
}
