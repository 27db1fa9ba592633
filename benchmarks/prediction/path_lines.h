#pragma once
#include <optional>
#include <string>
#include <vector>

namespace adrep {

/// Paths that come one a line from a pipe, handed out as they come: all complete lines that are there, at most so many,
/// or as soon as one is. Empty lines are left out.
class PathLines {
 public:
  explicit PathLines(int descriptor) : descriptor_(descriptor) {}

  /// Waits for a line; empty at the end. Throws Interrupted on Ctrl-C, InputError for a line of more than 64 KiB.
  std::vector<std::string> next(size_t most);

 private:
  std::optional<std::string> taken_line();
  /// Reads what is there; false where nothing is, or at the end.
  bool read_more(bool wait);

  int descriptor_;
  std::string buffer_;
  size_t begin_ = 0;
  bool ended_ = false;
};

}  // namespace adrep
