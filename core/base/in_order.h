#pragma once
#include <algorithm>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace adrep {

/// How far the threads of for_each_in_order go.
struct InOrderLimits {
  int threads = 1;   ///< at least one is taken
  size_t ahead = 1;  ///< how many results are made or wait at most, at least one
};

/// Threads that make results by their index into a ring of places, which the consumer empties in order.
template <class Made>
class OrderedRing {
 public:
  OrderedRing(size_t count, const InOrderLimits& limits, const std::function<Made(size_t)>& make)
      : count_(count), make_(make), ring_(std::clamp<size_t>(limits.ahead, 1, std::max<size_t>(count, 1))) {
    const size_t threads = std::min({static_cast<size_t>(std::max(limits.threads, 1)), ring_.size(), count});
    try {
      for (size_t i = 0; i < threads; ++i) workers_.emplace_back([this] { work(); });
    } catch (...) {
      stop();
      throw;
    }
  }
  ~OrderedRing() { stop(); }
  OrderedRing(const OrderedRing&) = delete;
  OrderedRing& operator=(const OrderedRing&) = delete;

  /// The next result; waits until it is made. Throws what making it threw.
  Made next() {
    std::unique_lock lock(mutex_);
    Place& place = ring_[taken_ % ring_.size()];
    made_.wait(lock, [&] { return place.made || place.failure; });
    if (place.failure) std::rethrow_exception(place.failure);
    Made made = std::move(*place.made);
    place.made.reset();
    ++taken_;
    lock.unlock();
    freed_.notify_one();
    return made;
  }

 private:
  struct Place {
    std::optional<Made> made;
    std::exception_ptr failure;
  };

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      freed_.wait(lock, [&] { return stopped_ || started_ < std::min(count_, taken_ + ring_.size()); });
      if (stopped_) return;
      const size_t index = started_++;
      lock.unlock();
      Place done;
      try {
        done.made = make_(index);
      } catch (...) {
        done.failure = std::current_exception();
      }
      lock.lock();
      ring_[index % ring_.size()] = std::move(done);
      made_.notify_one();
    }
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    freed_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  const size_t count_;
  const std::function<Made(size_t)> make_;
  std::mutex mutex_;
  std::condition_variable made_, freed_;
  std::vector<Place> ring_;  ///< result i at i modulo its size; guarded by mutex_, like the three below
  size_t started_ = 0, taken_ = 0;
  bool stopped_ = false;
  std::vector<std::thread> workers_;
};

/// Calls make(i) for every i below `count` on threads of its own, and hands the results to `consume` in order on the
/// calling thread. Returns early when `consume` returns false; exceptions of both come through, one of make(i) when it
/// is i's turn. All threads have ended on return.
template <class Made>
void for_each_in_order(size_t count, const InOrderLimits& limits, const std::function<Made(size_t)>& make,
                       const std::function<bool(Made)>& consume) {
  OrderedRing<Made> ring(count, limits, make);
  for (size_t i = 0; i < count; ++i)
    if (!consume(ring.next())) return;
}

}  // namespace adrep
