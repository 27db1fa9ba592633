#pragma once
#include <string>

#include "benchmarks/cells/result.h"
#include "benchmarks/ledger/known_values.h"

namespace adrep {

/// What a finished result was computed with that the publication was not: parameters of the detector, the split, the
/// image's geometry and precision, one model for all classes or each (protocol §1, §7), the references (protocol §4);
/// "" where nothing is. What the number's own table varies (shots, parts of the training images) is as published.
std::string settings_problem(const StoredResult& result, const KnownValue& published);

/// Whether the split is a table's subject, so that other counts than the published ones are meant.
bool splits_on_purpose(const KnownValue& published);

}  // namespace adrep
