#pragma once
#include <functional>

#include "core/training/process_group.h"

namespace adrep {

/// Runs `work` in process 0 while the others wait, however long it takes: a few times a second all exchange whether it
/// is done, so that one that is lost ends the others as in any exchange. `work` must not use the group.
/// What `work` throws, process 0 throws; the others throw Error, or Interrupted, with its line. A process that is lost
/// or interrupted meanwhile interrupts `work` (interrupted() becomes true in process 0).
void in_first_process(const ProcessGroup& group, const std::function<void()>& work);

}  // namespace adrep
