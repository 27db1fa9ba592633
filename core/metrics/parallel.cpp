#include "core/metrics/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace adrep {

int metric_threads(int requested, int64_t jobs) {
  const int wanted = requested > 0 ? requested : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return static_cast<int>(std::clamp<int64_t>(jobs, 1, wanted));
}

void run_jobs(int64_t count, int threads, const std::function<void(int64_t)>& job) {
  threads = metric_threads(threads, count);
  if (threads == 1) {
    for (int64_t i = 0; i < count; ++i) job(i);
    return;
  }
  std::atomic<int64_t> next = 0;
  std::exception_ptr failure;
  std::mutex failure_lock;
  const auto work = [&] {
    try {
      for (int64_t i = next++; i < count; i = next++) job(i);
    } catch (...) {
      const std::lock_guard<std::mutex> guard(failure_lock);
      if (!failure) failure = std::current_exception();
      next = count;
    }
  };
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < threads; ++i) others.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace adrep
