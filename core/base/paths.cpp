#include "core/base/paths.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace adrep {

namespace fs = std::filesystem;

fs::path cache_folder() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return value ? std::string(value) : std::string();
  };
  if (const std::string own = variable("ADREP_CACHE"); !own.empty()) return own;
  if (const std::string xdg = variable("XDG_CACHE_HOME"); !xdg.empty()) return fs::path(xdg) / "adrep";
  const std::string home = variable("HOME");
  return (home.empty() ? fs::temp_directory_path() : fs::path(home)) / ".cache" / "adrep";
}

std::vector<fs::path> folders_of_variable(const std::string& variable) {
  std::vector<fs::path> folders;
  const char* value = std::getenv(variable.c_str());
  std::istringstream parts(value ? value : "");
  for (std::string part; std::getline(parts, part, ':');)
    if (!part.empty()) folders.push_back(part);
  return folders;
}

std::vector<fs::path> files_ending(const fs::path& folder, const std::string& extension) {
  std::vector<fs::path> files;
  std::error_code absent;
  for (fs::directory_iterator entry(folder, absent), end; !absent && entry != end; entry.increment(absent))
    if (entry->path().extension() == extension && entry->is_regular_file(absent)) files.push_back(entry->path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string with_slashes(std::string path, const std::function<bool(const std::string&)>& known) {
  if (path.find('\\') != std::string::npos && !known(path)) std::replace(path.begin(), path.end(), '\\', '/');
  return path;
}

}  // namespace adrep
