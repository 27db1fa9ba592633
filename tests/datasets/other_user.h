#pragma once
#include <unistd.h>

#include <cstdlib>

#include "core/base/error.h"

namespace adrep::test {

/// While it lives, root is somebody without rights: root may read everything. What the others may not read must be
/// below folders that they may pass. Throws Error, which fails the test, where root cannot become another user.
class OtherUser {
 public:
  OtherUser() : was_root_(geteuid() == 0) {
    if (was_root_ && seteuid(65534) != 0)
      throw_failure("root cannot become another user here: run the tests as a user that is not root");
  }
  ~OtherUser() {
    if (was_root_ && seteuid(0) != 0) std::abort();
  }
  OtherUser(const OtherUser&) = delete;
  OtherUser& operator=(const OtherUser&) = delete;

 private:
  bool was_root_;
};

}  // namespace adrep::test
