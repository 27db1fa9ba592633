#pragma once
#include <filesystem>
#include <string>

#include "benchmarks/fitting/fit_model.h"

namespace adrep {

/// What a fitted model is and what its threshold does, for a terminal: with labelled images also AUROC, and the misses
/// and false alarms, worst first.
std::string fit_text(const FittedModel& model, const std::filesystem::path& file);

/// The images that the threshold gets wrong: defects that it misses, the lowest score first, or good images that it
/// calls defective, the highest first.
std::vector<const ScoredImage*> misses(const std::vector<ScoredImage>& labelled);
std::vector<const ScoredImage*> false_alarms(const std::vector<ScoredImage>& labelled);

/// The good images that the thresholds are from, the highest score first: one that is not good moves a threshold far.
std::vector<const ScoredImage*> most_unusual(const std::vector<ScoredImage>& good);

}  // namespace adrep
