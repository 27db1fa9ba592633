#pragma once
#include "benchmarks/cells/result_plan.h"
#include "benchmarks/plan/plan.h"

namespace adrep {

/// A plan as a results folder keeps it: one result a cell, in the plan's order, with the settings that decide anything
/// of it. Data sets are called by the names of their folders, with the folder above where two have one name.
ResultPlan recorded_plan(const Plan& plan);

}  // namespace adrep
