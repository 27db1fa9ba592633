#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>

namespace adrep {

/// Processors that this process may use: those of the machine, or what taskset, a container's cpuset or a scheduler has
/// left of them.
int available_processors();

/// How many threads to use: `requested`, or one a processor when it is 0; never more than there are jobs, at least one.
int thread_count(int requested, int64_t jobs);

/// Calls work(i) once for every i below `count`, in no fixed order, on `threads` threads (0: one a processor). The
/// first exception stops the rest and is thrown again; so is Interrupted.
void for_each_index(size_t count, int threads, const std::function<void(size_t)>& work);

}  // namespace adrep
