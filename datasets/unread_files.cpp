#include "datasets/unread_files.h"

#include <algorithm>
#include <array>
#include <map>

#include "core/base/error.h"
#include "core/base/names.h"
#include "core/image/decode.h"

namespace adrep {
namespace {

/// Extensions of photographs that are not read, besides those of cameras' raw files.
constexpr auto photograph_extensions =
    std::to_array<std::string_view>({".heic", ".heif", ".avif", ".jxl", ".gif", ".dng", ".cr2", ".cr3", ".nef", ".arw",
                                     ".orf", ".rw2", ".raf", ".ppm", ".pgm", ".pbm", ".pnm", ".psd", ".dcm"});

std::string lower_extension(const std::string& name) {
  const size_t dot = name.rfind('.');
  std::string extension = dot == std::string::npos ? "" : name.substr(dot);
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return extension;
}

}  // namespace

bool is_unread_photograph(const std::string& name) {
  if (is_image_name(name)) return false;
  const auto known = std::find(photograph_extensions.begin(), photograph_extensions.end(), lower_extension(name));
  return known != photograph_extensions.end();
}

std::string unread_text(const std::string& folder, const std::vector<std::string>& files) {
  std::map<std::string, size_t> unread;
  size_t count = 0, photographs = 0;
  for (const std::string& name : files) {
    if (is_image_name(name)) continue;
    const std::string extension = lower_extension(name);
    ++count;
    ++unread[extension];
    photographs += is_unread_photograph(name);
  }
  if (count == 0 || (photographs == 0 && 2 * count < files.size())) return "";
  std::vector<std::string> extensions;
  for (const auto& [extension, times] : unread)
    extensions.push_back(fmt::format("{}{}", extension.empty() ? "without extension" : escaped(extension),
                                     unread.size() > 1 ? fmt::format(" ({})", times) : ""));
  constexpr size_t shown = 5;
  return fmt::format("{} of {} files in {} are not read: {}: save them as JPEG or PNG", count, files.size(), folder,
                     listed(extensions, shown));
}

void note_unread(const std::string& folder, const std::vector<std::string>& files, ClassSplit& split) {
  const std::string prefix = split.name + "/";
  std::string text = unread_text(folder.starts_with(prefix) ? folder.substr(prefix.size()) : folder, files);
  if (!text.empty()) split.data_notes.push_back(std::move(text));
}

void refuse_without_readable(const ClassSplit& split, const RootFolder& root) {
  if (!split.train.empty()) return;
  const auto unread = std::find_if(split.data_notes.begin(), split.data_notes.end(), [](const std::string& note) {
    return note.find(" are not read: ") != std::string::npos;
  });
  if (unread != split.data_notes.end())
    throw_input("{}: class '{}' has no training images: {}", root.path().string(), split.name, *unread);
}

}  // namespace adrep
