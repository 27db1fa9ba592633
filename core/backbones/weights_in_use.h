#pragma once
#include <functional>
#include <optional>
#include <string>

#include "core/backbones/backbone.h"
#include "core/backbones/normalisation_choice.h"

namespace adrep {

/// What follows from a backbone's settings and its weights file without loading it. `hash` gives a file's SHA-256.

using FileHash = std::function<std::string(const std::filesystem::path&)>;

/// The activation that the backbone will compute with. None for backbones that have no choice, and where the file
/// cannot be used: loading it says why.
std::optional<ActivationChoice> activation_in_use(const std::string& backbone, const std::filesystem::path& weights,
                                                  const VitSettings& settings, const FileHash& hash);

/// Its name where `weights.activation=auto` found another than adrep 0.2 took, or where a backbone other than `vit` is
/// told another; else "". What 0.2 could be told stands in keys as it did: of `vit` under "vit.activation".
std::string activation_beyond_before(const std::string& backbone, const std::filesystem::path& weights,
                                     const VitSettings& settings, const FileHash& hash);

/// The input normalisation of the backbone's images, where files of one architecture can differ in it; else none.
std::optional<NormalisationChoice> normalisation_in_use(const std::string& backbone,
                                                        const std::filesystem::path& weights,
                                                        const VitSettings& settings, const FileHash& hash);

/// Its text where it is another than its architecture's, which was all that adrep 0.2 knew; else "".
std::string normalisation_beyond_before(const std::string& backbone, const std::filesystem::path& weights,
                                        const VitSettings& settings, const FileHash& hash);

/// What stands in keys of the activation and the input normalisation, name and value. Keys of adrep 0.2 stay as they
/// were: of `vit` the activation stood under "vit.activation" as it was given. "weights.activation" is there, with the
/// activation itself, where it is another than 0.2 took, and "weights.normalisation" in the same way.
std::vector<std::pair<std::string, std::string>> weights_in_keys(const std::string& backbone,
                                                                 const std::filesystem::path& weights,
                                                                 const VitSettings& settings, const FileHash& hash);

/// "w.pth: keys fit, not a published file; computed with …" for a table, or "" when nothing has to be said of the file:
/// it is published, code, what adrep trained, or of a backbone of whose files no hash is known.
std::string weights_note(const std::string& backbone, const std::filesystem::path& weights, const VitSettings& settings,
                         const FileHash& hash);

/// Throws InputError when the backbone cannot take images of these sides and that is known before it is loaded: of a
/// vision transformer, sides that are no multiples of its patch.
void check_image_sides(const std::string& backbone, const std::filesystem::path& weights, const VitSettings& settings,
                       int64_t height, int64_t width);

/// The same where the patch is known.
void require_whole_patches(int64_t height, int64_t width, int64_t patch, const std::string& backbone);

}  // namespace adrep
