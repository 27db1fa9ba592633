#pragma once
#include <vector>

#include "benchmarks/ledger/known_values.h"
#include "benchmarks/ledger/outcome.h"
#include "benchmarks/ledger/own_values.h"

namespace adrep {

/// In what the results of a method are not as the paper's were, the weightiest first; empty: as published. Only what
/// their cells record is known. Image metrics do not depend on the protocol.
std::vector<Deviation> deviations_from_paper(const OwnMethod& method, const KnownValue& published);

}  // namespace adrep
