#pragma once
#include <string>

#include "benchmarks/regression/regression.h"

namespace adrep {

/// What is not the same, the worst first, then counts and notes. Values in percent, changes in points.
std::string regression_as_text(const Regression& regression, bool colour);
/// For a pull request.
std::string regression_as_markdown(const Regression& regression);
/// Every metric, not rounded.
std::string regression_as_json(const Regression& regression, int exit_code);
/// For the test page of a CI: a test case a cell; worse is a failure, failed and missing are errors, inconclusive is
/// skipped, or a failure where `strict`.
std::string regression_as_junit(const Regression& regression, bool strict);

/// The cells of a baseline that `only` names, one a line.
std::string baseline_list(const Baseline& baseline, const std::vector<std::string>& only = {});

/// A cell's values and verdicts, and all that differs between its keys and environments. Throws InputError where no
/// cell or several fit; `cell` is a name, with its seeds where there are several, or a glob.
std::string explain_cell(const std::string& cell, const Baseline& baseline, const ResultSet& results,
                         const RegressionOptions& options);

}  // namespace adrep
