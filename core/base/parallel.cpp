#include "core/base/parallel.h"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/base/interrupt.h"

namespace adrep {

int available_processors() {
  // of OpenMP, which looks before it binds threads; the affinity of a bound thread is one processor
  return std::max(1, omp_get_num_procs());
}

int thread_count(int requested, int64_t jobs) {
  const int wanted = requested > 0 ? requested : available_processors();
  return static_cast<int>(std::clamp<int64_t>(jobs, 1, wanted));
}

void for_each_index(size_t count, int threads, const std::function<void(size_t)>& work) {
  std::atomic<size_t> next{0};
  std::exception_ptr first_error;
  std::mutex error_mutex;
  const auto run = [&] {
    try {
      for (size_t i = next++; i < count; i = next++) {
        stop_if_interrupted();
        work(i);
      }
    } catch (...) {
      next = count;
      const std::lock_guard lock(error_mutex);
      if (!first_error) first_error = std::current_exception();
    }
  };
  std::vector<std::jthread> workers;
  for (int i = 1; i < thread_count(threads, static_cast<int64_t>(count)); ++i) workers.emplace_back(run);
  run();
  workers.clear();
  if (first_error) std::rethrow_exception(first_error);
}

}  // namespace adrep
