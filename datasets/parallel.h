#pragma once
#include <cstddef>
#include <functional>

namespace adrep {

/// Calls work(i) once for every i below `count`, in no fixed order, on `threads` threads (0: one a processor). For work
/// on files of very different sizes. The first exception stops the rest and is thrown again; so is Interrupted.
void for_each_index(size_t count, int threads, const std::function<void(size_t)>& work);

}  // namespace adrep
