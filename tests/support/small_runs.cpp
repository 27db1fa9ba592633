#include "support/small_runs.h"

#include <fmt/format.h>

#include "support/seeded_backbones.h"
#include "support/trees.h"

namespace adrep::test {

SmallRuns::SmallRuns(const std::vector<std::string>& classes) {
  for (const std::string& name : classes) write_mvtec_class(folder_ / "data", name, 4, 3);
}

ProgramResult SmallRuns::run(const std::string& more, const std::string& output) const {
  return adrep_program(words(more, output));
}

std::string SmallRuns::words(const std::string& more, const std::string& output) const {
  return fmt::format(
      "run data={0}/data detector=padim,feature_norm image.crop=64 image.resize=64 cache.folder={0}/cache backbone={1} "
      "{2} output={0}/{3}",
      folder_.path().string(), seeded_backbone(), more, output);
}

}  // namespace adrep::test
