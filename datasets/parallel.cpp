#include "datasets/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/base/interrupt.h"

namespace adrep {

void for_each_index(size_t count, int threads, const std::function<void(size_t)>& work) {
  const size_t wanted = threads > 0 ? static_cast<size_t>(threads) : std::max(1u, std::thread::hardware_concurrency());
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
  for (size_t i = 1; i < std::min(wanted, count); ++i) workers.emplace_back(run);
  run();
  workers.clear();
  if (first_error) std::rethrow_exception(first_error);
}

}  // namespace adrep
