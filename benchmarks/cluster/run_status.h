#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/lease.h"

namespace adrep {

/// How far a planned result is.
enum class ResultState {
  planned,  ///< nobody has it to do
  queued,   ///< in a submission whose task has not come to it
  running,
  done,
  failed,  ///< when it was last tried
  lost,    ///< its process, or the task that it was in, ended without it
  blocked  ///< in a submission, behind a pretraining that is not done
};
inline constexpr size_t result_states = 7;
/// "planned", …, in the enumeration's order.
const char* name_of(ResultState state);

/// How many results are in each state.
struct StateCounts {
  std::array<int64_t, result_states> counts{};
  int64_t& operator[](ResultState state) { return counts[static_cast<size_t>(state)]; }
  int64_t operator[](ResultState state) const { return counts[static_cast<size_t>(state)]; }
  int64_t all() const;
};

/// All that is known of a results folder's plans from its files: plans, log, leases, submissions.
struct RunStatus {
  struct Part {
    std::string data_set, backbone;
    StateCounts counts;
  };
  /// Work that a process has taken.
  struct Work {
    std::string title;
    LeaseOwner owner;
    bool lost = false;  ///< the process is gone, or its heart does not beat
    double quiet = 0;   ///< seconds since it was seen to beat
  };
  /// A result that was not computed.
  struct Missed {
    std::string title, why;
    bool lost = false;
    std::vector<std::string> log;  ///< the last lines of its task's log
  };
  struct Submitted {
    std::string name, jobs;  ///< "cells 12, tables 13"
    bool taken = true;       ///< by the scheduler
    std::filesystem::path folder;
    int64_t tasks = 0, running = 0, ended = 0;
  };
  StateCounts all;
  std::vector<Part> parts;  ///< in the plans' order
  std::vector<Work> work;
  std::vector<Missed> missed;
  std::vector<Submitted> submissions;
  std::vector<std::string> notes;  ///< what could not be read

  /// Whether somebody is at it, or is going to be.
  bool goes_on() const;
};

/// Looks at a results folder; reads files only. Called again, it knows what it saw: heartbeats of other machines are
/// judged by this process's clock.
class StatusReader {
 public:
  /// Throws InputError for a folder that is not there or has no plan.
  explicit StatusReader(std::filesystem::path folder);

  /// `patient`: waits some seconds where a heartbeat of another machine seems to have stopped.
  RunStatus read(bool patient = true);

 private:
  std::vector<Leases::Found> leases(bool patient);

  std::filesystem::path folder_;
  Leases leases_;
};

}  // namespace adrep
