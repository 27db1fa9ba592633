#pragma once
#include <string>
#include <vector>

#include "benchmarks/plan/pretrain_settings.h"

namespace adrep {

/// Keys of a run that begin like this are those of a pretraining that its cells need (`projector.pretrain`).
inline constexpr const char* pretrain_key_prefix = "projector.";

/// The settings of a pretraining that a run can set, section by section with the full prefix: "projector.",
/// "projector.angle.", … Not among them is what follows from the run.
struct PretrainKeySection {
  std::string prefix;
  ParamList params;
};
const std::vector<PretrainKeySection>& pretrain_key_sections();

/// The parameter of a full key, "projector.angle.tau", or nullptr.
const Param* find_pretrain_key(const std::string& key);

/// Throws InputError for "projector.backbone" and others that follow from the run, saying from what.
void refuse_key_of_run(const std::string& key, const std::string& where);

}  // namespace adrep
