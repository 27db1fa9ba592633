#pragma once
#include <ATen/Parallel.h>

namespace adrep {

/// Takes back what is set of the number of computing threads while it lives. at::set_num_threads is for the calling
/// thread and for all that compute for the first time later, so what a thread of one's own sets concerns others, too.
class KeptThreads {
 public:
  KeptThreads() = default;
  ~KeptThreads() { restore(); }
  KeptThreads(const KeptThreads&) = delete;
  KeptThreads& operator=(const KeptThreads&) = delete;

  int count() const { return count_; }
  void restore() const { at::set_num_threads(count_); }

 private:
  int count_ = at::get_num_threads();
};

}  // namespace adrep
