#pragma once

namespace adrep::timing {

/// How much more memory the process needs at its peak than when this was made (Linux: resident pages).
class PeakMemory {
 public:
  PeakMemory();
  double mib() const;

 private:
  double before_;
};

}  // namespace adrep::timing
