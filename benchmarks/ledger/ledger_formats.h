#pragma once
#include <string>

#include "benchmarks/ledger/ledger.h"

namespace adrep {

/// For the terminal: what has a value of ours, by table, then the counts. The other formats hold every line.
std::string ledger_as_text(const Ledger& ledger);
std::string ledger_as_markdown(const Ledger& ledger);
std::string ledger_as_csv(const Ledger& ledger);
std::string ledger_as_json(const Ledger& ledger);
std::string ledger_as_html(const Ledger& ledger);

/// "1156 published values: 12 agree, 3 differ, …"
std::string counts_text(const Ledger& ledger);

}  // namespace adrep
