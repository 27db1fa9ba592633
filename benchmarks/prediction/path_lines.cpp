#include "benchmarks/prediction/path_lines.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/error.h"
#include "core/base/interrupt.h"

namespace adrep {
namespace {

constexpr size_t longest_line = size_t{1} << 16, bytes_a_read = size_t{1} << 14;
constexpr int poll_milliseconds = 200;

}  // namespace

std::optional<std::string> PathLines::taken_line() {
  const size_t end = buffer_.find('\n', begin_);
  if (end == std::string::npos && (!ended_ || begin_ == buffer_.size())) return std::nullopt;
  std::string line = buffer_.substr(begin_, end == std::string::npos ? end : end - begin_);
  begin_ = end == std::string::npos ? buffer_.size() : end + 1;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

bool PathLines::read_more(bool wait) {
  if (ended_) return false;
  buffer_.erase(0, begin_);
  begin_ = 0;
  if (buffer_.size() > longest_line)
    throw_input("standard input: a line of more than {} bytes is no path", longest_line);
  pollfd ready{descriptor_, POLLIN, 0};
  while (true) {
    stop_if_interrupted();
    const int count = poll(&ready, 1, wait ? poll_milliseconds : 0);
    if (count > 0) break;
    if (count < 0 && errno != EINTR) throw_failure("standard input: cannot be read: {}", std::strerror(errno));
    if (!wait) return false;
  }
  const size_t before = buffer_.size();
  buffer_.resize(before + bytes_a_read);
  const ssize_t got = read(descriptor_, buffer_.data() + before, bytes_a_read);
  buffer_.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
  if (got < 0 && errno != EINTR && errno != EAGAIN)
    throw_failure("standard input: cannot be read: {}", std::strerror(errno));
  ended_ = got == 0;
  return true;
}

std::vector<std::string> PathLines::next(size_t most) {
  std::vector<std::string> lines;
  while (lines.size() < most) {
    if (std::optional<std::string> line = taken_line()) {
      if (!line->empty()) lines.push_back(std::move(*line));
      continue;
    }
    if (!read_more(lines.empty())) break;
  }
  return lines;
}

}  // namespace adrep
