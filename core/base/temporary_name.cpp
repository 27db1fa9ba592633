#include "core/base/temporary_name.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <string_view>

#include "core/base/file_times.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr int64_t foreign_age_ns = 24 * 3600 * second_ns;
constexpr size_t longest_host = 32, random_digits = 16, longest_kept_name = 120;

std::string random_part() {
  std::random_device device;
  const uint64_t bits = (uint64_t{device()} << 32) ^ device();
  return fmt::format("{:016x}", bits);
}

/// Takes the part behind the last dot of a name.
std::string_view last_part(std::string_view& name) {
  const size_t dot = name.rfind('.');
  if (dot == name.npos) return {};
  const std::string_view part = name.substr(dot + 1);
  name.remove_suffix(part.size() + 1);
  return part;
}

/// Whether this is such a name, and nobody is writing it any more.
bool is_stale(const fs::path& path) {
  const std::string text = path.filename().string();
  std::string_view name = text;
  if (!name.starts_with('.') || last_part(name) != "tmp") return false;
  const std::string_view random = last_part(name), process = last_part(name), host = last_part(name);
  pid_t number = 0;
  const auto [end, problem] = std::from_chars(process.data(), process.data() + process.size(), number);
  if (random.size() != random_digits || problem != std::errc() || end != process.data() + process.size() ||
      number <= 0 || host.empty())
    return false;
  if (host == machine_name()) return kill(number, 0) != 0 && errno == ESRCH;
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) return false;
  return now_ns() - (int64_t{info.st_mtim.tv_sec} * second_ns + info.st_mtim.tv_nsec) > foreign_age_ns;
}

}  // namespace

const std::string& machine_name() {
  // in characters that are safe in file names and no dots, which separate the parts
  static const std::string name = [] {
    std::array<char, 256> text{};
    if (gethostname(text.data(), text.size() - 1) != 0) return std::string("host");
    std::string safe(text.data());
    for (char& c : safe)
      if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '-';
    return safe.empty() ? std::string("host") : safe.substr(0, longest_host);
  }();
  return name;
}

std::string unique_name(const std::string& name) {
  return fmt::format("{}.{}.{}.{}", name, machine_name(), getpid(), random_part());
}

fs::path temporary_name(const fs::path& place) {
  const std::string name = place.filename().string().substr(0, longest_kept_name);  // file systems allow 255 bytes
  return place.parent_path() / fmt::format(".{}.tmp", unique_name(name));
}

void remove_stale_temporaries(const fs::path& folder, bool again) {
  static std::mutex mutex;
  static std::set<fs::path> seen;
  {
    const std::lock_guard lock(mutex);
    if (!seen.insert(folder).second && !again) return;
  }
  std::vector<fs::path> stale;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
    if (is_stale(entry->path())) stale.push_back(entry->path());
  for (const fs::path& path : stale) fs::remove_all(path, failed);
}

}  // namespace adrep
