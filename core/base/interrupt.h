#pragma once

namespace adrep {

/// From now on Ctrl-C and SIGTERM set a flag; a second one ends the process at once, but for a SIGTERM within two
/// seconds, which is the same wish told twice.
void handle_interrupts();
bool interrupted();
/// Throws Interrupted, which says no more than that, when the flag is set: call it between two pieces of work.
void stop_if_interrupted();
/// Waits so long; throws Interrupted as soon as the flag is set.
void wait_or_interrupted(double seconds);
/// Sets or clears the flag (tests).
void set_interrupted(bool value);

}  // namespace adrep
