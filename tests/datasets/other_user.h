#pragma once
#include <unistd.h>

#include <cstdlib>

namespace adrep::test {

/// While it lives, root is somebody without rights: root may read everything. What the others may not read must be
/// below folders that they may pass.
class OtherUser {
 public:
  OtherUser() : was_root_(geteuid() == 0) {
    if (was_root_ && seteuid(65534) != 0) works_ = false;
  }
  ~OtherUser() {
    if (was_root_ && works_ && seteuid(0) != 0) std::abort();
  }
  OtherUser(const OtherUser&) = delete;
  OtherUser& operator=(const OtherUser&) = delete;
  /// False where root cannot become another user: a test then says that it was skipped.
  bool works() const { return works_; }

 private:
  bool was_root_, works_ = true;
};

}  // namespace adrep::test
