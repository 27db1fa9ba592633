#include "core/backbones/normalisation_choice.h"

#include <fmt/ranges.h>

#include "core/backbones/config_beside.h"
#include "core/backbones/known_weights.h"

namespace adrep {

NormalisationChoice choose_normalisation(const VitOutline& outline, const std::filesystem::path& file,
                                         const std::string& sha256, const VitSettings& settings) {
  const InputNormalisation& usual = outline.normalisation;
  const auto chosen = [&](const InputNormalisation& values, std::string why) {
    return NormalisationChoice{values, values == usual, std::move(why)};
  };
  if (!settings.normalisation_beside)
    return chosen(settings.normalisation.value_or(usual), "as the model was computed with it");
  if (const auto known = known_weights(sha256))
    return chosen(known->normalisation.value_or(usual), "of the published file " + known->what);
  if (const auto stated = stated_normalisation(file, outline.width, usual))
    return chosen(stated->values, fmt::format("as {} beside it says", stated->where));
  return chosen(usual, "as its architecture has it");
}

std::string to_text(const InputNormalisation& normalisation) {
  return fmt::format("mean {}, std {}", fmt::join(normalisation.mean, " "), fmt::join(normalisation.std, " "));
}

}  // namespace adrep
