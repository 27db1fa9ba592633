#pragma once
#include <functional>

#include "core/training/process_group.h"

namespace adrep::test {

/// A TCP port that was free a moment ago.
int free_port();

/// Runs the function in `size` threads, each of which is a process of one group; rethrows what one of them throws.
/// `seconds`: the group's timeout.
void as_processes(int size, const std::function<void(const ProcessGroup& group)>& work, int seconds = 60);

}  // namespace adrep::test
