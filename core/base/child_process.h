#pragma once
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/base/descriptor.h"

namespace adrep {

/// Lines of text over one end of a socket.
class LineChannel {
 public:
  explicit LineChannel(Descriptor socket) : socket_(std::move(socket)) {}
  /// False when the other end is closed.
  bool send(const std::string& line);
  /// The lines that have come since; waits for nothing. The last one without its end stays for later.
  std::vector<std::string> received();
  /// Waits for a line; none when the other end was closed.
  std::optional<std::string> next();
  bool closed() const { return closed_; }
  int descriptor() const { return socket_.number(); }

 private:
  /// Adds what is there to the buffer; `wait`: at least something, or the end.
  void read_more(bool wait);
  std::optional<std::string> line_of_buffer();

  Descriptor socket_;
  std::string buffer_;
  bool closed_ = false;
};

/// A process of our own that is given lines and answers with lines, beside standard output and error, which it shares
/// and which are lines, too. It is killed when this process ends, however that happens, if it calls child_channel().
/// Ctrl-C in a terminal does not reach it: interrupt() does.
class ChildProcess {
 public:
  /// `command`: the program's path and its arguments. Throws Error when it cannot be started.
  explicit ChildProcess(const std::vector<std::string>& command);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  LineChannel& channel() { return channel_; }
  LineChannel& output() { return output_; }
  /// Asks it to stop at the next good moment (core/base/interrupt.h).
  void interrupt() const;
  /// Waits for its end: "" after exit code 0, else "exit code 2" or "signal 9 (Killed)".
  std::string wait();
  /// Whether a signal ended it, once wait() returned.
  bool was_killed() const { return killed_; }

 private:
  LineChannel channel_{Descriptor()}, output_{Descriptor()};
  pid_t process_ = -1;
  bool killed_ = false;
};

/// In the child: the channel to its parent. From then on it ends with its parent.
LineChannel child_channel();

/// Waits until one of the channels has something to be read or was closed, at most so long.
void wait_for_any(const std::vector<const LineChannel*>& channels, std::chrono::milliseconds at_most);

/// Path of the program that runs.
std::string own_program();

}  // namespace adrep
