#pragma once
#include "benchmarks/pretraining/pretrain_data.h"

namespace adrep {

/// What makes a pretraining the one that it is: settings, weights, images. Two that agree in it continue each other's
/// states. `weights_sha256`: of the backbone's file; `validation`: validation_fingerprint.
std::string pretraining_identity(const PretrainConfig& config, const std::string& weights_sha256,
                                 const std::vector<PretrainedClass>& classes, const std::string& validation);

/// Raised when a change in the code gives other projectors for the same settings, weights and images, and no other
/// version says so: losses, views, batches, the optimiser.
inline constexpr int pretraining_version = 1;

/// The same with the versions of all arithmetic that is behind projectors, 32 hexadecimal digits: what the folder of a
/// pretraining is called.
std::string pretraining_address(const std::string& identity);

}  // namespace adrep
