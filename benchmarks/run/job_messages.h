#pragma once
#include <nlohmann/json.hpp>

#include "benchmarks/run/runner.h"

namespace adrep {

// What a run's process and those of its jobs tell each other, a line of JSON each.

/// To a job, first: its place among the others.
struct JobPlace {
  int64_t job = 0, jobs = 1;
  std::string cache;      ///< the run's own folder of features, with cache=off; "": none
  bool progress = false;  ///< say how far each stage has come
};

/// To a job: compute these results of one group, by their ids; none: there is nothing left.
struct JobOrder {
  std::vector<std::string> results;
};

/// From a job: what became of a result.
struct CellNews {
  std::string result;
  std::string cell;  ///< hash of the cell, "" where there is none
  bool reused = false;
  std::string error;
  bool out_of_memory = false;
  double seconds = 0;
  bool elsewhere = false, fitted = false;
  std::string waits_for;  ///< CellOutcome::waits_for
};

/// From a job: it waits for an order, after what it did for the last one.
struct OrderDone {
  WorkCount work;
  double feature_seconds = 0;
  int64_t cached_images = 0, computed_images = 0, drawn_images = 0;
};

/// From a job: why nothing more can be computed by anyone (results cannot be written).
struct StopNews {
  std::string why;
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WorkCount, fitted, scored, evaluated, reused)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(JobPlace, job, jobs, cache, progress)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(JobOrder, results)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CellNews, result, cell, reused, error, out_of_memory, seconds, elsewhere, fitted,
                                   waits_for)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OrderDone, work, feature_seconds, cached_images, computed_images, drawn_images)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StopNews, why)

/// A line of one of these.
template <class Message>
std::string message_line(const Message& message) {
  // texts of a file system need not be UTF-8
  return nlohmann::json(message).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace adrep
