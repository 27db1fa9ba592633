#include "core/backbones/activation_choice.h"

#include "core/backbones/config_beside.h"
#include "core/backbones/known_weights.h"

namespace adrep {

ActivationChoice choose_activation(const VitOutline& outline, const std::filesystem::path& file,
                                   const std::string& sha256, const std::string& setting) {
  const auto chosen = [&](const std::string& name, std::string why) {
    return ActivationChoice{name, name == outline.activation, false, std::move(why)};
  };
  const bool told = !setting.empty() && setting != "auto";
  if (outline.gated && told)
    throw_input("{}: weights.activation={}: its MLP has a gate, which goes with SiLU: set weights.activation=auto",
                file.string(), setting);
  if (outline.gated) return {"", true, false, "its MLP has a gate"};
  if (told) return chosen(setting, "as weights.activation says");
  if (setting == "auto") {
    const auto known = known_weights(sha256);
    if (known && !known->activation.empty()) return chosen(known->activation, "of the published file " + known->what);
    if (const auto stated = stated_activation(file, outline.width)) return chosen(stated->name, stated->where);
  }
  ActivationChoice usual = chosen(outline.activation, "as its architecture has it");
  usual.guess = setting == "auto" && outline.of_clip;
  if (usual.guess) usual.why = "a guess: nothing says which";
  return usual;
}

std::string guess_advice(const ActivationChoice& choice) {
  const bool gelu = choice.name == "gelu";
  return fmt::format(
      "computed with {}, a guess: OpenAI's CLIP has QuickGELU, most of OpenCLIP's (LAION, DataComp) GELU: say which, "
      "weights.activation=quick_gelu or gelu",
      gelu ? "GELU" : "QuickGELU");
}

}  // namespace adrep
