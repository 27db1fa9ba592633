#include "core/base/content_index.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/paths.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view first_line = "adrep contents 1";
constexpr uint64_t largest_index = uint64_t{1} << 30;
constexpr size_t most_entries = 1'000'000, hash_digits = 64;

/// Takes the next word of a line; "" at its end.
std::string_view next_word(std::string_view& line) {
  const size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

template <class T>
bool number_in(std::string_view& line, T& value) {
  const std::string_view word = next_word(line);
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), value);
  return problem == std::errc() && end == word.data() + word.size() && !word.empty();
}

void add_line(std::string_view line, KnownContents& contents) {
  const std::string_view hash = next_word(line);
  KnownContent content{{}, std::string(hash)};
  if (!is_hexadecimal(hash, hash_digits) || !number_in(line, content.identity.size) ||
      !number_in(line, content.identity.changed_ns) || !number_in(line, content.identity.inode) || line.empty() ||
      line[0] != '/')
    return;
  contents[std::string(line)] = std::move(content);
}

bool is_own_file(const fs::path& file) {
  struct stat info {};
  return lstat(file.c_str(), &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == geteuid();
}

}  // namespace

KnownContents read_content_index(const fs::path& file) {
  KnownContents contents;
  if (!is_own_file(file)) return contents;
  std::string text;
  try {
    text = read_file(file, largest_index);
  } catch (const Error&) {
    return contents;
  }
  std::string_view rest = text;
  bool first = true;
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    if (end == rest.npos) break;  // a line that was cut short
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (first && line != first_line) return contents;
    if (!first) add_line(line, contents);
    first = false;
  }
  return contents;
}

void write_content_index(const fs::path& file, const KnownContents& contents) {
  std::vector<const KnownContents::value_type*> sorted;
  for (const auto& entry : contents) {
    if (entry.first.find('\n') != std::string::npos) continue;
    if (contents.size() > most_entries && !fs::exists(entry.first)) continue;
    sorted.push_back(&entry);
  }
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  std::string text = std::string(first_line) + "\n";
  for (const auto* entry : sorted) {
    const auto& [path, content] = *entry;
    text += fmt::format("{} {} {} {} {}\n", content.sha256, content.identity.size, content.identity.changed_ns,
                        content.identity.inode, path);
  }
  write_file_atomically(file, text);
}

fs::path content_index_file() {
  return cache_folder() / "contents.index";
}

}  // namespace adrep
