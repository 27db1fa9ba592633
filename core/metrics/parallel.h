#pragma once
#include <cstdint>
#include <functional>

namespace adrep {

/// How many threads the metrics use: `requested`, or one for each core when it is 0; never more than there are jobs.
int metric_threads(int requested, int64_t jobs);

/// Runs job(0) … job(count − 1) on `threads` threads, in any order; the first exception is thrown again here.
/// The metrics need no tensor library, so this stands in for its thread pool.
void run_jobs(int64_t count, int threads, const std::function<void(int64_t)>& job);

}  // namespace adrep
