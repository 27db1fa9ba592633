#pragma once
#include <filesystem>
#include <string>

#include "benchmarks/fitting/fit_model.h"
#include "benchmarks/fitting/verification.h"

namespace adrep {

/// A fitted model as one HTML file that needs no network: what it is and where its threshold is from, that its file
/// gives the scores that were found before it was saved, and pictures of the images that the threshold gets wrong,
/// worst first, and of the good images that set it. Throws InputError for an image that is no longer there.
std::string model_page(const FittedModel& model, const std::filesystem::path& file, const Verification& verification);

}  // namespace adrep
