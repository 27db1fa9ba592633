#pragma once
#include <functional>
#include <string>

#include "detectors/detector.h"

namespace adrep {

/// "1.84 GiB", "512 MiB", "96 bytes": three digits.
std::string memory_text(int64_t bytes);

/// The last of the levels, as many as a detector uses.
std::vector<LevelShape> last_levels(const std::vector<LevelShape>& shapes, int64_t used);

/// What fitting needs at least with another value of one of a detector's parameters.
using LeastMemoryWith = std::function<LeastMemory(const std::string& param, const std::string& value)>;

/// "patchcore.ratio=0.02": the first of the entry's lighter values with which so much is enough; "" where none is.
std::string lighter_setting(const DetectorEntry& entry, const LeastMemoryWith& least_with, const LeastMemory& allowed);

/// Throws Error with the number and what would do where the context allows less than `least`.
void require_memory(const DetectorEntry& entry, const LeastMemory& least, const LeastMemoryWith& least_with,
                    const FitContext& context);

/// The same for detector D, registered as `name`, on these features.
template <class D>
void require_memory(const std::string& name, const typename D::Params& params, const FeatureSource& normals,
                    const FitContext& context) {
  const auto least_with = [&](const std::string& param, const std::string& value) {
    typename D::Params other = params;
    const Param& changed = *params_of<typename D::Params>().find(param);
    changed.set(&other, changed.parse({{value}, false, name}, name + "." + param));
    return D::least_memory(other, normals.shapes(), normals.size());
  };
  require_memory(DetectorRegistry::instance().get(name, "detector"),
                 D::least_memory(params, normals.shapes(), normals.size()), least_with, context);
}

}  // namespace adrep
