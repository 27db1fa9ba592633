#pragma once
#include <string>
#include <vector>

#include "benchmarks/ledger/own_values.h"

namespace adrep {

enum class Verdict { holds, does_not_hold, not_decided };
std::string verdict_text(Verdict verdict);

/// A sentence of the paper as a check over numbers.
struct Claim {
  std::string name;      ///< "consistently-better"
  std::string sentence;  ///< in our words, with where the paper says it
  Verdict verdict = Verdict::not_decided;
  std::vector<std::string> evidence{};  ///< what the verdict rests on, or what is missing
};

/// All claims on these values: of results, or of the paper's own tables (methods_of(paper_values())).
std::vector<Claim> checked_claims(const std::vector<OwnMethod>& methods);

std::string claims_as_text(const std::vector<Claim>& claims);
std::string claims_as_markdown(const std::vector<Claim>& claims);
std::string claims_as_json(const std::vector<Claim>& claims);

}  // namespace adrep
