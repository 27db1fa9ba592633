#include "core/base/spawning.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <cstring>

#include "core/base/error.h"

extern char** environ;

namespace adrep {

Spawning::Spawning() {
  posix_spawn_file_actions_init(&actions_);
  posix_spawnattr_init(&attributes_);
  posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes_, 0);
}

Spawning::~Spawning() {
  posix_spawn_file_actions_destroy(&actions_);
  posix_spawnattr_destroy(&attributes_);
}

void Spawning::give(int descriptor, int place) {
  posix_spawn_file_actions_adddup2(&actions_, descriptor, place);
}

void Spawning::open_at(int place, const std::filesystem::path& file, int flags) {
  posix_spawn_file_actions_addopen(&actions_, place, file.c_str(), flags, S_IRUSR | S_IWUSR);
}

pid_t Spawning::start(const std::vector<std::string>& command) const {
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_t process = -1;
  const int failed = posix_spawn(&process, words[0], &actions_, &attributes_, words.data(), environ);
  if (failed != 0) throw_failure("{}: cannot be started: {}", command.front(), std::strerror(failed));
  return process;
}

std::string ending_text(int status) {
  if (WIFSIGNALED(status)) return fmt::format("signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  return WEXITSTATUS(status) == 0 ? "" : fmt::format("exit code {}", WEXITSTATUS(status));
}

}  // namespace adrep
