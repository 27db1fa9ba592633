#pragma once
#include <functional>
#include <string>

namespace adrep {

enum class LogLevel { detail, info, warning, error };

/// Where lines of the log (log.h) go instead of standard error, of any verbosity; called by any thread, also by several
/// at once. An empty function: to standard error again. For programs in which adrep is a library.
void send_log_to(std::function<void(LogLevel level, const std::string& text)> receiver);

/// The same for lines of progress (progress.h), which come as often as on a terminal, and an empty one where a stage
/// that had lines ends. Not while work is under way.
void send_progress_to(std::function<void(const std::string& line)> receiver);

}  // namespace adrep
