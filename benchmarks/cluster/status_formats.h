#pragma once
#include <nlohmann/json.hpp>

#include <string>

#include "benchmarks/cluster/run_status.h"

namespace adrep {

struct StatusTextOptions {
  bool missed = false;  ///< say of each result that failed or was lost why, with the last lines of its task's log
  bool colour = false;
  size_t width = 0;  ///< columns; 0: no limit
};

/// A table by data set and backbone, then what runs where, and what was submitted.
std::string status_text(const RunStatus& status, const StatusTextOptions& options);

/// One line: "24 cells: 20 done, 2 running, 2 queued".
std::string status_line(const RunStatus& status);

nlohmann::json status_json(const RunStatus& status);

}  // namespace adrep
