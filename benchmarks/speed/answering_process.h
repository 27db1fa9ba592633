#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/child_process.h"

namespace adrep {

/// A program that scores images: it is given their paths, one a line on standard input, and answers each with one line
/// of JSON on standard output, as soon as it can: {"image": PATH, "score": NUMBER}, and more if it likes.
struct AnsweringProgram {
  std::string name;                  ///< as it is called in messages
  std::vector<std::string> command;  ///< its path and its arguments
};

/// Such a program while it runs, in a process group of its own, which is killed when this goes.
class AnsweringProcess {
 public:
  /// Starts it. What it says on standard error goes to the file `complaints`. `patience`: seconds without an answer
  /// after which it is given up. Throws Error when it cannot be started.
  AnsweringProcess(AnsweringProgram program, std::filesystem::path complaints, double patience);
  ~AnsweringProcess();
  AnsweringProcess(const AnsweringProcess&) = delete;
  AnsweringProcess& operator=(const AnsweringProcess&) = delete;

  /// Sends the paths, all at once, and waits for as many answers, in their order. Returns the seconds from before they
  /// are sent until the last answer is there. Throws Error when the program ends, is silent for too long or answers
  /// anything else, with what it said last on standard error; Interrupted.
  double answer(const std::vector<std::string>& images);

  /// Most resident memory so far of the largest of its processes, bytes; 0 where the system does not say.
  int64_t peak_bytes() const;

  /// Tells it that there are no more images, and waits some seconds for its end.
  void end();

 private:
  /// What it said last on standard error, to follow a message; "" where it said nothing.
  std::string last_words() const;
  /// Whether it ends within so long; then `status_` says how.
  bool ends_within(double seconds);
  [[noreturn]] void throw_ended(const std::string& image);
  void check(const std::string& line, const std::string& image) const;

  AnsweringProgram program_;
  std::filesystem::path complaints_;
  double patience_;
  LineChannel channel_{Descriptor()};
  pid_t process_ = -1;
  int status_ = 0;
};

}  // namespace adrep
