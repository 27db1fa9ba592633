#include "core/base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdlib>

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

void say(spdlog::level::level_enum level, const char* prefix, const std::string& text) {
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

}  // namespace adrep
