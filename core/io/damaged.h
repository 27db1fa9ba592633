#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace adrep {

/// damaged(file, "its header claims {} bytes", n) throws InputError "file: damaged: its header claims 5 bytes".
template <class... Args>
[[noreturn]] void damaged(const std::filesystem::path& file, fmt::format_string<Args...> text, Args&&... args) {
  throw_input("{}: damaged: {}", file.string(), fmt::format(text, std::forward<Args>(args)...));
}

/// A name that came out of a file, for a message: one line of at most 80 printable ASCII characters, '?' for others.
inline std::string printable(std::string_view name) {
  std::string text(name.substr(0, 80));
  for (char& c : text)
    if (c < ' ' || c > '~') c = '?';
  return name.size() > text.size() ? text + "..." : text;
}

}  // namespace adrep
