#pragma once
#include "benchmarks/plan/plan.h"

namespace adrep {

/// Throws InputError for results that would lie inside a data folder, where the next run would take them for images.
/// `output`: as it was given, for the message; it need not exist. `setting`: what it was given with.
void refuse_output_inside(const std::filesystem::path& data, const std::string& output,
                          const std::string& setting = "output=");

/// Throws InputError, before anything is computed, for a run whose results folder lies inside its data folder, and for
/// a class without normal test images (no AUROC would be defined). What else is wrong with a class fails that class
/// alone, later.
void check_run(const Plan& plan);

}  // namespace adrep
