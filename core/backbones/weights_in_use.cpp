#include "core/backbones/weights_in_use.h"

#include "core/backbones/known_weights.h"
#include "core/backbones/trained_backbone.h"
#include "core/io/sharded_checkpoint.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

/// Whether the weights that are named are what adrep trained of a backbone. What is no weights file is not: loading
/// it says what is wrong.
bool are_trained(const BackboneEntry& entry, const fs::path& weights, const fs::path& file) {
  try {
    return !weights.empty() && entry.own_file.empty() && is_trained_backbone(file);
  } catch (const InputError&) {
    return false;
  }
}

/// The weights file; of what adrep trained, the one that it was trained from.
fs::path original_weights(const BackboneEntry& entry, const fs::path& weights) {
  const fs::path file = find_weights(entry, weights);
  return are_trained(entry, weights, file) ? find_weights(entry, {}) : file;
}

}  // namespace

std::optional<ActivationChoice> activation_in_use(const std::string& backbone, const fs::path& weights,
                                                  const VitSettings& settings, const FileHash& hash) {
  const BackboneEntry entry = find_backbone(backbone);
  if (!entry.outline) return std::nullopt;
  try {
    const fs::path file = original_weights(entry, weights);
    return choose_activation(entry.outline(file, settings), file, hash_of_weights(file, hash),
                             settings.weights_activation);
  } catch (const InputError&) {
    return std::nullopt;
  }
}

std::string activation_beyond_before(const std::string& backbone, const fs::path& weights, const VitSettings& settings,
                                     const FileHash& hash) {
  if (backbone == "vit" && settings.weights_activation != "auto") return "";
  const auto choice = activation_in_use(backbone, weights, settings, hash);
  return choice && !choice->usual ? choice->name : "";
}

std::optional<NormalisationChoice> normalisation_in_use(const std::string& backbone, const fs::path& weights,
                                                        const VitSettings& settings, const FileHash& hash) {
  const BackboneEntry entry = find_backbone(backbone);
  if (!entry.outline) return std::nullopt;
  try {
    const fs::path file = original_weights(entry, weights);
    return choose_normalisation(entry.outline(file, settings), file, hash_of_weights(file, hash), settings);
  } catch (const InputError&) {
    return std::nullopt;
  }
}

std::string normalisation_beyond_before(const std::string& backbone, const fs::path& weights,
                                        const VitSettings& settings, const FileHash& hash) {
  const auto choice = normalisation_in_use(backbone, weights, settings, hash);
  return choice && !choice->usual ? to_text(choice->values) : "";
}

std::string weights_note(const std::string& backbone, const fs::path& weights, const VitSettings& settings,
                         const FileHash& hash) {
  const BackboneEntry entry = find_backbone(backbone);
  if (!entry.own_file.empty()) return "";
  const fs::path file = find_weights(entry, weights);
  if (are_trained(entry, weights, file) || known_weights(hash_of_weights(file, hash))) return "";
  const auto choice = activation_in_use(backbone, weights, settings, hash);
  const auto normalisation = normalisation_in_use(backbone, weights, settings, hash);
  std::string more = choice && choice->guess ? "; " + guess_advice(*choice) : "";
  if (normalisation && !normalisation->usual)
    more += fmt::format("; images normalised with {} ({})", to_text(normalisation->values), normalisation->why);
  if (more.empty() && !has_known_weights(entry)) return "";
  return fmt::format("{}: {}{}", file.filename().string(), unpublished, more);
}

void check_image_sides(const std::string& backbone, const fs::path& weights, const VitSettings& settings,
                       int64_t height, int64_t width) {
  const BackboneEntry entry = find_backbone(backbone);
  if (!entry.outline) return;
  int64_t patch = 1;
  try {
    patch = entry.outline(entry.weights_name.empty() ? find_weights(entry, weights) : fs::path(), settings).patch;
  } catch (const InputError&) {
    return;  // loading says what is wrong with the file
  }
  require_whole_patches(height, width, patch, entry.name);
}

void require_whole_patches(int64_t height, int64_t width, int64_t patch, const std::string& backbone) {
  for (const int64_t side : {height, width})
    if (side < patch || side % patch != 0)
      throw_input("images of {}x{}: {} needs sides that are multiples of {}, for example {} (image.crop)", height,
                  width, backbone, patch, std::max<int64_t>(side / patch, 1) * patch);
}

}  // namespace adrep
