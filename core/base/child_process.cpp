#include "core/base/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <utility>

#include "core/base/error.h"
#include "core/base/spawning.h"

namespace adrep {
namespace {

/// Where a child finds its channel.
constexpr int channel_place = 3;

/// Two ends; the second is the child's. Both are closed in other children.
std::pair<Descriptor, Descriptor> connected_pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw Error(fmt::format("a process cannot be started: no socket: {}", std::strerror(errno)));
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

}  // namespace

bool LineChannel::send(const std::string& line) {
  const std::string text = line + "\n";
  for (size_t sent = 0; sent < text.size();) {
    const ssize_t count = ::send(descriptor(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    sent += static_cast<size_t>(count);
  }
  return true;
}

void LineChannel::read_more(bool wait) {
  std::array<char, 4096> block{};
  while (!closed_) {
    const ssize_t count = recv(descriptor(), block.data(), block.size(), wait ? 0 : MSG_DONTWAIT);
    if (count > 0) {
      buffer_.append(block.data(), static_cast<size_t>(count));
      if (wait) return;
    } else if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      return;
    } else if (count == 0 || errno != EINTR) {
      closed_ = true;  // also where the descriptor is no socket
    }
  }
}

std::optional<std::string> LineChannel::line_of_buffer() {
  const size_t end = buffer_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  return line;
}

std::vector<std::string> LineChannel::received() {
  read_more(/*wait=*/false);
  std::vector<std::string> lines;
  while (std::optional<std::string> line = line_of_buffer()) lines.push_back(std::move(*line));
  return lines;
}

std::optional<std::string> LineChannel::next() {
  for (;;) {
    if (std::optional<std::string> line = line_of_buffer()) return line;
    if (closed_) return std::nullopt;
    read_more(/*wait=*/true);
  }
}

ChildProcess::ChildProcess(const std::vector<std::string>& command) {
  auto [channel, its_channel] = connected_pair();
  auto [output, its_output] = connected_pair();
  // dup2 onto itself would keep the descriptor closed in the child
  if (its_channel.number() == channel_place) its_channel = Descriptor(fcntl(channel_place, F_DUPFD_CLOEXEC, 10));
  Spawning spawning;
  spawning.give(its_output.number(), STDOUT_FILENO);
  spawning.give(its_output.number(), STDERR_FILENO);
  spawning.give(its_channel.number(), channel_place);
  process_ = spawning.start(command);
  channel_ = LineChannel(std::move(channel));
  output_ = LineChannel(std::move(output));
}

ChildProcess::~ChildProcess() {
  if (process_ < 0) return;
  kill(process_, SIGKILL);
  wait();
}

void ChildProcess::interrupt() const {
  if (process_ >= 0) kill(process_, SIGTERM);
}

std::string ChildProcess::wait() {
  if (process_ < 0) return "";
  int status = 0;
  while (waitpid(process_, &status, 0) < 0 && errno == EINTR) continue;
  process_ = -1;
  killed_ = WIFSIGNALED(status);
  return ending_text(status);
}

LineChannel child_channel() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  fcntl(channel_place, F_SETFD, FD_CLOEXEC);
  return LineChannel(Descriptor(channel_place));
}

void wait_for_any(const std::vector<const LineChannel*>& channels, std::chrono::milliseconds at_most) {
  std::vector<pollfd> polled;
  for (const LineChannel* channel : channels)
    if (!channel->closed()) polled.push_back({channel->descriptor(), POLLIN, 0});
  poll(polled.data(), polled.size(), static_cast<int>(at_most.count()));
}

std::string own_program() {
  return std::filesystem::read_symlink("/proc/self/exe").string();
}

}  // namespace adrep
