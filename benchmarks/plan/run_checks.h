#pragma once
#include "benchmarks/plan/plan.h"

namespace adrep {

/// Throws InputError, before anything is computed, for a run whose results folder lies inside its data folder (the next
/// run would take it for images), and for a class without normal test images (no AUROC would be defined). What else is
/// wrong with a class fails that class alone, later.
void check_run(const Plan& plan);

}  // namespace adrep
