#include "core/backbones/known_weights.h"

#include <algorithm>
#include <array>
#include <regex>

namespace adrep {
namespace {

struct OtherFile {
  const char *sha256, *backbone, *what, *activation;
};

/// Files besides those that a backbone's entry names, whose hashes are widely recorded.
constexpr std::array<OtherFile, 6> other_files = {
    {{"a2bf730a0c7debf160f7a6b50b3aaf3703e7e88ac73de7a314903141db026dcb", "clip_large",
      "openai/clip-vit-large-patch14, model.safetensors", "quick_gelu"},
     {"a63082132ba4f97a80bea76823f544493bffa8082296d62d71581a4feff1576f", "clip_base32",
      "openai/clip-vit-base-patch32, pytorch_model.bin", "quick_gelu"},
     {"ac4f8c4b88af6d963118cbf40ad93176d092abbedfcb752601ae1866352656e6", "clip_base32",
      "laion/CLIP-ViT-B-32-laion2B-s34B-b79K, open_clip_model.safetensors", "gelu"},
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
    if (file.sha256 == sha256) return KnownWeights{file.backbone, file.what, file.activation};
  for (const auto& [name, entry] : BackboneRegistry::instance().all())
    if (is_official(entry, sha256))
      return KnownWeights{name, entry.weights_name, entry.outline ? entry.outline({}, {}).activation : ""};
  return std::nullopt;
}

bool has_known_weights(const BackboneEntry& entry) {
  return !entry.weights_sha256.empty() || !digits_in_name(entry.weights_name).empty() ||
         std::any_of(other_files.begin(), other_files.end(),
                     [&](const OtherFile& file) { return file.backbone == entry.name; });
}

std::string origin_of(const BackboneEntry& entry, const std::string& sha256) {
  if (const auto known = known_weights(sha256)) return "the published file " + known->what;
  return has_known_weights(entry) ? unpublished : "keys fit; no SHA-256 of a published file is known";
}

}  // namespace adrep
