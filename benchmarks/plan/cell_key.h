#pragma once
#include <nlohmann/json.hpp>

#include <string>

#include "benchmarks/plan/plan.h"

namespace adrep {

/// Everything that determines a cell's result: configuration, weights' hash, data fingerprint, algorithm version.
nlohmann::json cell_key(const PlannedCell& planned, const std::string& layout, const std::string& fingerprint);

/// All parameters of a detector by name: the given ones, else the defaults.
nlohmann::json parameters_of(const std::string& detector, const RawParams& given);

/// What else a cell records: adrep's and LibTorch's version, device, threads, batch.
nlohmann::json cell_environment(const RunSettings& settings);

}  // namespace adrep
