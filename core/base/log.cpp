#include "core/base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>

#include "core/base/message_receivers.h"
#include "core/base/progress.h"

namespace adrep {
namespace {

Verbosity current_verbosity = Verbosity::normal;

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> made = [] {
    auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>(
        use_colour(STDERR_FILENO) ? spdlog::color_mode::always : spdlog::color_mode::never);
    auto created = std::make_shared<spdlog::logger>("adrep", sink);
    created->set_pattern("adrep: %v");
    created->flush_on(spdlog::level::debug);
    return created;
  }();
  return *made;
}

using Receiver = std::function<void(LogLevel, const std::string&)>;

std::mutex receiver_mutex;

Receiver& receiver() {
  static Receiver function;
  return function;
}

/// Called without the lock: the receiver may wait for a thread that has something to say itself.
bool received(spdlog::level::level_enum level, const std::string& text) {
  Receiver function;
  {
    const std::lock_guard lock(receiver_mutex);
    function = receiver();
  }
  if (!function) return false;
  using namespace spdlog::level;
  function(level == debug  ? LogLevel::detail
           : level == info ? LogLevel::info
           : level == warn ? LogLevel::warning
                           : LogLevel::error,
           text);
  return true;
}

void say(spdlog::level::level_enum level, const char* prefix, const std::string& text) {
  if (received(level, text)) return;
  if (!logger().should_log(level)) return;
  Progress::clear_line();
  logger().log(level, "{}{}", prefix, text);
}

}  // namespace

void set_verbosity(Verbosity verbosity) {
  current_verbosity = verbosity;
  using namespace spdlog::level;
  logger().set_level(verbosity == Verbosity::quiet ? warn : verbosity == Verbosity::normal ? info : debug);
  Progress::show(verbosity != Verbosity::quiet);
}

Verbosity verbosity() {
  return current_verbosity;
}

bool is_terminal(int descriptor) {
  return isatty(descriptor) == 1;
}

bool use_colour(int descriptor) {
  const char* no_colour = std::getenv("NO_COLOR");
  return is_terminal(descriptor) && !(no_colour && *no_colour);
}

void log_detail(const std::string& text) {
  say(spdlog::level::debug, "", text);
}
void log_info(const std::string& text) {
  say(spdlog::level::info, "", text);
}
void log_warning(const std::string& text) {
  say(spdlog::level::warn, "warning: ", text);
}
void log_error(const std::string& text) {
  say(spdlog::level::err, "error: ", text);
}

void send_log_to(Receiver function) {
  const std::lock_guard lock(receiver_mutex);
  receiver() = std::move(function);
}

}  // namespace adrep
