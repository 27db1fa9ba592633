#pragma once
#include <c10/core/Device.h>

#include <map>
#include <string>

#include "benchmarks/plan/plan.h"
#include "core/backbones/levels.h"

namespace adrep {

/// What a backbone's passes take on this machine, measured for a moment, or without weights by its architecture's size.
struct PassRates {
  double flops = 1;          ///< matrix products, operations a second
  double image_seconds = 0;  ///< one image through the backbone
  std::vector<LevelShape> shapes;
};

/// Matrix products of a device, measured for a moment: floating-point operations a second.
double matmul_rate(const at::Device& device);

/// Rates of the backbones of a plan, each measured once.
class KnownRates {
 public:
  /// Those of a group's backbone; without its weights what its architecture says. Throws InputError where neither is
  /// known.
  const PassRates& of(const PlannedGroup& group);

 private:
  std::map<std::string, PassRates> rates_;
  std::map<std::string, double> flops_;  ///< by device
};

}  // namespace adrep
