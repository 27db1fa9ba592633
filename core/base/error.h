#pragma once
#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace adrep {

/// What the program returns to the shell.
enum class ExitCode : int { ok = 0, failure = 1, usage = 2, regression = 3, defect = 4 };

/// A failure with a message for the user: one line, saying what is wrong, where, and what to do.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, ExitCode code = ExitCode::failure)
      : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

/// The caller's or the user's mistake: configuration, command line, data, weights. Exit code 2.
class InputError : public Error {
 public:
  explicit InputError(const std::string& message) : Error(message, ExitCode::usage) {}
};

/// Results cannot be written (disk full, folder not writable): nothing more can be done. Exit code 1.
class WriteError : public Error {
 public:
  explicit WriteError(const std::string& message) : Error(message) {}
};

/// Ctrl-C or SIGTERM: work stops at the next safe point; finished cells stay.
class Interrupted : public Error {
 public:
  explicit Interrupted(const std::string& message) : Error(message, ExitCode::failure) {}
};

/// throw_input("{}: no such folder", path)
template <class... Args>
[[noreturn]] void throw_input(fmt::format_string<Args...> text, Args&&... args) {
  throw InputError(fmt::format(text, std::forward<Args>(args)...));
}

/// throw_failure("{}: cannot write: {}", path, reason)
template <class... Args>
[[noreturn]] void throw_failure(fmt::format_string<Args...> text, Args&&... args) {
  throw Error(fmt::format(text, std::forward<Args>(args)...));
}

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line, const std::string& message);

}  // namespace adrep

/// Our own bug, never the user's mistake: throws std::logic_error with file and line.
#define ADREP_ASSERT(condition, ...)                                                                       \
  do {                                                                                                     \
    if (!(condition)) ::adrep::assertion_failed(#condition, __FILE__, __LINE__, fmt::format(__VA_ARGS__)); \
  } while (false)
