#include "benchmarks/projectors.h"

#include "core/base/error.h"

namespace adrep {

namespace {

std::map<std::string, ProjectorCheckpoint>& known_projectors() {
  static std::map<std::string, ProjectorCheckpoint> known;
  return known;
}

}  // namespace

const ProjectorCheckpoint& projector_of(const RunSettings& settings) {
  if (settings.projector.empty())
    throw_input(
        "projector= is not set: features=pretrained needs a projector file, for example "
        "projector=checkpoints_pro_angle.pth");
  std::map<std::string, ProjectorCheckpoint>& known = known_projectors();
  const auto place = known.find(settings.projector);
  if (place != known.end()) return place->second;
  return known.emplace(settings.projector, read_projector_checkpoint(settings.projector)).first->second;
}

void forget_projectors() {
  known_projectors().clear();
}

}  // namespace adrep
