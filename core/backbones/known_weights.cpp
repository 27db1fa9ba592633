#include "core/backbones/known_weights.h"

#include <algorithm>
#include <array>
#include <regex>

namespace adrep {
namespace {

/// How some of OpenCLIP's files were trained: its INCEPTION_MEAN and INCEPTION_STD.
constexpr InputNormalisation inception{{0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}};

struct OtherFile {
  const char *sha256, *backbone, *what, *activation;
  std::optional<InputNormalisation> normalisation{};
};

/// Files besides those that a backbone's entry names, whose hashes are widely recorded.
constexpr std::array<OtherFile, 12> other_files = {
    {{"a2bf730a0c7debf160f7a6b50b3aaf3703e7e88ac73de7a314903141db026dcb", "clip_large",
      "openai/clip-vit-large-patch14, model.safetensors", "quick_gelu"},
     {"a63082132ba4f97a80bea76823f544493bffa8082296d62d71581a4feff1576f", "clip_base32",
      "openai/clip-vit-base-patch32, pytorch_model.bin", "quick_gelu"},
     {"ac4f8c4b88af6d963118cbf40ad93176d092abbedfcb752601ae1866352656e6", "clip_base32",
      "laion/CLIP-ViT-B-32-laion2B-s34B-b79K, open_clip_model.safetensors", "gelu"},
     {"1bd3c7172de5b207ceac554f5ab5266166f3b9baccc9af5989bc801016d080ad", "clip_base32",
      "laion/CLIP-ViT-B-32-laion2B-s34B-b79K, open_clip_pytorch_model.bin", "gelu"},
     {"01832e9567e6f668928c6ef493fe9c0985f9df146e0212bdccc87f3e25e37084", "clip_base",
      "apple/DFN2B-CLIP-ViT-B-16, open_clip_pytorch_model.bin", "quick_gelu"},
     {"f2f724646a73b4cd392e5bb41dae589e17ba52dab83006457dddca739d3e2cf9", "clip_large",
      "apple/DFN2B-CLIP-ViT-L-14-39B, open_clip_pytorch_model.bin", "gelu"},
     {"0fce40ac684817a17ab8aa6014f0a933f602effa13a41c2618b6716667974e09", "clip_large",
      "laion/CLIP-ViT-L-14-laion2B-s32B-b82K, model.safetensors", "gelu", inception},
     {"5ddb47339f44e4fd9cace3d3960d38af1b51a25857440cfae90afc44706d7e2b", "clip_large",
      "laion/CLIP-ViT-L-14-laion2B-s32B-b82K, open_clip_pytorch_model.bin", "gelu", inception},
     {"7d129ed747e0ed53e82dfcc140382b51be66b56e6a9bdc3258afd2846e3bb019", "clip_large",
      "laion/CLIP-ViT-L-14-laion2B-s32B-b82K, open_clip_pytorch_model.safetensors", "gelu", inception},
     {"b938bf1bc15cd2ec0feacfe3a1bb553fe8ea9ca46a7e1d8d00217f29aef60cd9", "dinov2_small", "dinov2_vits14_pretrain.pth",
      "gelu"},
     {"0b8b82f85de91b424aded121c7e1dcc2b7bc6d0adeea651bf73a13307fad8c73", "dinov2_base", "dinov2_vitb14_pretrain.pth",
      "gelu"},
     {"d5383ea8f4877b2472eb973e0fd72d557c7da5d3611bd527ceeb1d7162cbf428", "dinov2_large", "dinov2_vitl14_pretrain.pth",
      "gelu"}}};

/// "0676ba61" of "resnet50-0676ba61.pth", or "".
std::string digits_in_name(const std::string& name) {
  static const std::regex torchvision(".*-([0-9a-f]{8})\\.pth");
  std::smatch found;
  return std::regex_match(name, found, torchvision) ? found[1].str() : "";
}

/// Whether the entry's official file is known by its hash or by the digits in its name.
bool is_official(const BackboneEntry& entry, const std::string& sha256) {
  if (!entry.weights_sha256.empty()) return entry.weights_sha256 == sha256;
  const std::string digits = digits_in_name(entry.weights_name);
  return !digits.empty() && sha256.starts_with(digits);
}

}  // namespace

std::optional<KnownWeights> known_weights(const std::string& sha256) {
  for (const OtherFile& file : other_files)
    if (file.sha256 == sha256) return KnownWeights{file.backbone, file.what, file.activation, file.normalisation};
  for (const auto& [name, entry] : BackboneRegistry::instance().all())
    if (is_official(entry, sha256))
      return KnownWeights{name, entry.weights_name, entry.outline ? entry.outline({}, {}).activation : "", {}};
  return std::nullopt;
}

bool has_known_weights(const BackboneEntry& entry) {
  return !entry.weights_sha256.empty() || !digits_in_name(entry.weights_name).empty() ||
         std::any_of(other_files.begin(), other_files.end(),
                     [&](const OtherFile& file) { return file.backbone == entry.name; });
}

std::string licence_of_weights(const std::string& backbone, const std::string& sha256) {
  const auto known = known_weights(sha256);
  if (!known) return fmt::format("{}: weights of your own, or a file that adrep does not know", backbone);
  const BackboneEntry* entry = BackboneRegistry::instance().find(known->backbone);
  const bool of_others = known->what.starts_with("laion/") || known->what.starts_with("apple/");
  if (!entry || entry->licence.empty() || of_others) return fmt::format("{}: see its page", known->what);
  return fmt::format("{}: {}", known->what, entry->licence);
}

std::string origin_of(const BackboneEntry& entry, const std::string& sha256) {
  if (const auto known = known_weights(sha256)) return "the published file " + known->what;
  return has_known_weights(entry) ? unpublished : "keys fit; no SHA-256 of a published file is known";
}

}  // namespace adrep
