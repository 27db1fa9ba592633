#include "core/io/sealed_tensors.h"

#include <fmt/ranges.h>

#include <charconv>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/io/damaged.h"

namespace adrep {
namespace {

constexpr const char *kind_key = "kind", *version_key = "version", *description_key = "description",
                     *seal_key = "sha256";

/// Every part is preceded by its length, so that no two contents give the same bytes.
void add(Sha256& hash, std::string_view text) {
  hash.add(std::to_string(text.size()) + ":");
  hash.add(text);
}

std::string seal_of(const std::map<std::string, std::string>& metadata, const TensorMap& tensors) {
  Sha256 hash;
  for (const char* key : {kind_key, version_key, description_key}) add(hash, metadata.at(key));
  for (const auto& [name, tensor] : tensors) {
    add(hash, name);
    add(hash, c10::toString(tensor.scalar_type()));
    add(hash, fmt::format("{}", fmt::join(tensor.sizes(), "x")));
    const at::Tensor bytes = tensor.cpu().contiguous();
    if (bytes.nbytes() > 0) add(hash, {static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes()});
  }
  return hash.hex();
}

/// With a file of another version.
std::string what_to_do(const std::string& version, int known) {
  int number = 0;
  const char* end = version.data() + version.size();
  const auto [stop, failed] = std::from_chars(version.data(), end, number);
  if (failed != std::errc() || stop != end) return "";
  return number > known ? ": a later adrep wrote it: use that one, or make it anew"
                        : ": an earlier adrep wrote it: make it anew";
}

}  // namespace

void write_sealed(const std::filesystem::path& file, const SealKind& kind, const SealedTensors& content) {
  std::map<std::string, std::string> metadata{{kind_key, kind.name},
                                              {version_key, std::to_string(kind.version)},
                                              {description_key, content.description.dump()}};
  metadata[seal_key] = seal_of(metadata, content.tensors);
  write_safetensors(file, content.tensors, metadata);
}

SealedTensors read_sealed(const std::filesystem::path& file, const SealKind& kind) {
  Safetensors read = read_safetensors(file);
  if (read.text(kind_key) != kind.name) throw_input("{}: not a file of kind '{}'", file.string(), kind.name);
  if (const std::string& version = read.text(version_key); version != std::to_string(kind.version))
    throw_input("{}: '{}' of version {}, this program reads version {}{}", file.string(), kind.name, printable(version),
                kind.version, what_to_do(version, kind.version));
  SealedTensors content{nlohmann::json::parse(read.text(description_key), nullptr, false), {}};
  if (!content.description.is_object() || read.text(seal_key) != seal_of(read.metadata, read.tensors))
    damaged(file, "its content does not fit its checksum");
  content.tensors = std::move(read.tensors);
  return content;
}

std::optional<nlohmann::json> sealed_description(const std::filesystem::path& file, const SealKind& kind) {
  std::error_code failed;
  if (!std::filesystem::exists(file, failed)) return std::nullopt;
  try {
    const Safetensors read = read_safetensors(file);
    if (read.text(kind_key) != kind.name || read.text(version_key) != std::to_string(kind.version)) return std::nullopt;
    nlohmann::json description = nlohmann::json::parse(read.text(description_key), nullptr, false);
    if (description.is_object()) return description;
  } catch (const InputError&) {
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace adrep
