#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/ledger/known_values.h"
#include "benchmarks/ledger/outcome.h"
#include "benchmarks/ledger/own_values.h"

namespace adrep {

/// A published number beside ours.
struct LedgerLine {
  KnownValue published;
  std::optional<double> ours{};        ///< in the published unit
  std::optional<double> difference{};  ///< ours − published
  Outcome outcome = Outcome::not_run;
  std::string why{};  ///< what the outcome rests on; "": nothing more to say
};

/// Every published number with its answer.
struct Ledger {
  std::vector<LedgerLine> lines;
  std::map<Outcome, int64_t> counts;
  double tolerance = 0;            ///< in points, besides the rounding of what is printed
  std::vector<std::string> notes;  ///< on results that stand at no published place
};

/// `tolerance` in points. Of several methods at a place the one that is most as published counts. The cost of the
/// projectors (Table 7) is computed.
Ledger ledger_of(const std::vector<KnownValue>& published, const std::vector<OwnMethod>& own, double tolerance);

/// "mvtec_ad · dinov2_base · padim · raw · tau=0.1"
std::string place_text(const Place& place);

}  // namespace adrep
