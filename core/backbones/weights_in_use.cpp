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

/// What `choose` makes of a vision transformer's outline, weights file and its hash; none of other backbones, and of a
/// file that is none.
template <class Choose>
auto chosen_in_use(const std::string& backbone, const fs::path& weights, const VitSettings& settings,
                   const FileHash& hash, const Choose& choose)
    -> std::optional<decltype(choose(VitOutline(), fs::path(), std::string()))> {
  const BackboneEntry entry = find_backbone(backbone);
  if (!entry.outline) return std::nullopt;
  try {
    const fs::path file = original_weights(entry, weights);
    return choose(entry.outline(file, settings), file, hash_of_weights(file, hash));
  } catch (const InputError&) {
    return std::nullopt;
  }
}

}  // namespace

std::optional<ActivationChoice> activation_in_use(const std::string& backbone, const fs::path& weights,
                                                  const VitSettings& settings, const FileHash& hash) {
  return chosen_in_use(backbone, weights, settings, hash,
                       [&](const VitOutline& outline, const fs::path& file, const std::string& sha256) {
                         return choose_activation(outline, file, sha256, settings.weights_activation);
                       });
}

std::string activation_beyond_before(const std::string& backbone, const fs::path& weights, const VitSettings& settings,
                                     const FileHash& hash) {
  if (backbone == "vit" && settings.weights_activation != "auto") return "";
  const auto choice = activation_in_use(backbone, weights, settings, hash);
  return choice && !choice->usual ? choice->name : "";
}

std::optional<NormalisationChoice> normalisation_in_use(const std::string& backbone, const fs::path& weights,
                                                        const VitSettings& settings, const FileHash& hash) {
  return chosen_in_use(backbone, weights, settings, hash,
                       [&](const VitOutline& outline, const fs::path& file, const std::string& sha256) {
                         return choose_normalisation(outline, file, sha256, settings);
                       });
}

std::string normalisation_beyond_before(const std::string& backbone, const fs::path& weights,
                                        const VitSettings& settings, const FileHash& hash) {
  const auto choice = normalisation_in_use(backbone, weights, settings, hash);
  return choice && !choice->usual ? to_text(choice->values) : "";
}

std::vector<std::pair<std::string, std::string>> weights_in_keys(const std::string& backbone, const fs::path& weights,
                                                                 const VitSettings& settings, const FileHash& hash) {
  std::vector<std::pair<std::string, std::string>> parts;
  if (backbone == "vit") parts.emplace_back("vit.activation", settings.weights_activation);
  const std::string activation = activation_beyond_before(backbone, weights, settings, hash),
                    normalisation = normalisation_beyond_before(backbone, weights, settings, hash);
  if (!activation.empty()) parts.emplace_back("weights.activation", activation);
  if (!normalisation.empty()) parts.emplace_back("weights.normalisation", normalisation);
  return parts;
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
