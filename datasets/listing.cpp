#include "datasets/listing.h"

#include <dirent.h>

#include <algorithm>
#include <cerrno>

#include "core/base/error.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

bool is_inside(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

/// Length of the UTF-8 character that `text` begins with, 0 when there is none or it is a control character.
size_t character_length(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = byte(0);
  if (first < 0x80) return first < 0x20 || first == 0x7f ? 0 : 1;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return 0;
  for (size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool surrogate = first == 0xed && byte(1) >= 0xa0;
  const bool beyond = first == 0xf4 && byte(1) >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

bool is_plain_text(std::string_view name) {
  while (!name.empty()) {
    const size_t length = character_length(name);
    if (length == 0) return false;
    name.remove_prefix(length);
  }
  return true;
}

/// Why a link is not followed, or "".
std::string why_not_followed(const fs::path& link, const fs::path& real_folder, const fs::path& real_root) {
  std::error_code failed;
  const fs::path target = fs::canonical(link, failed);
  if (failed) return "a symbolic link that leads nowhere or in circles: remove it or mend it";
  if (!is_inside(target, real_root))
    return "a symbolic link that leaves the data set's folder: copy what it points to into the folder";
  if (is_inside(real_folder, target)) return "a symbolic link to a folder above itself: remove it";
  return "";
}

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

/// Calls action(name, kind) for each entry, in no order; the kind comes with the name in the same pass, or is
/// DT_UNKNOWN. Not std::filesystem's iterator, which makes a path of every name: that takes most of the time where
/// there are many.
template <class Action>
std::error_code for_each_entry(const fs::path& folder, const Action& action) {
  errno = 0;
  const std::unique_ptr<DIR, CloseFolder> open(opendir(folder.c_str()));
  while (open) {
    errno = 0;
    const dirent* entry = readdir(open.get());
    if (!entry) break;
    action(std::string_view(entry->d_name), entry->d_type);
  }
  return {errno, std::generic_category()};
}

/// What an entry is, links followed; `kind` as for_each_entry gives it.
fs::file_type type_of(unsigned char kind, const fs::path& folder, std::string_view name) {
  if (kind == DT_REG) return fs::file_type::regular;
  if (kind == DT_DIR) return fs::file_type::directory;
  std::error_code failed;
  return fs::status(folder / name, failed).type();
}

/// Why an entry is not read, or "". Only links cost a look at the file.
std::string why_not_read(std::string_view name, unsigned char kind, fs::file_type type, const fs::path& folder,
                         const fs::path& real_folder, const fs::path& real_root) {
  if (!is_plain_text(name)) return "a name that is not valid UTF-8 or holds control characters: rename it";
  std::error_code failed;
  if (kind == DT_LNK || (kind == DT_UNKNOWN && fs::is_symlink(folder / name, failed)))
    if (std::string reason = why_not_followed(folder / name, real_folder, real_root); !reason.empty()) return reason;
  if (type == fs::file_type::regular || type == fs::file_type::directory) return "";
  return type == fs::file_type::none ? "cannot be read" : "neither a file nor a folder: remove it";
}

void sort_if_needed(std::vector<std::string>& names) {
  if (!std::is_sorted(names.begin(), names.end())) std::sort(names.begin(), names.end());
}

}  // namespace

RootFolder::RootFolder(const fs::path& root) : path_(std::make_shared<const fs::path>(root)) {
  std::error_code failed;
  real_ = fs::canonical(root, failed);
  if (failed) throw_input("{}: cannot be opened: {}", root.string(), failed.message());
}

std::string RootFolder::name() const {
  fs::path plain = fs::absolute(path()).lexically_normal();
  if (!plain.has_filename()) plain = plain.parent_path();
  const std::string name = plain.filename().string();
  return name.empty() ? "dataset" : escaped(name);
}

Listing RootFolder::list(const std::string& relative) const {
  return read(relative, true);
}

Listing RootFolder::read(const std::string& relative, bool with_files) const {
  Listing listing;
  const auto refuse_all = [&](std::string text) {
    listing.refused.push_back({{relative.empty() ? "." : relative, std::move(text)}, true});
    return listing;
  };
  const fs::path folder = full(relative);
  std::error_code failed;
  if (!fs::exists(folder, failed) && !failed) return listing;
  const fs::path real = fs::canonical(folder, failed);
  if (!failed && !is_inside(real, real_)) return refuse_all(why_not_followed(folder, real, real_));
  const auto add = [&](std::string_view name, unsigned char kind) {
    if (name.starts_with('.')) return;
    const fs::file_type type = type_of(kind, folder, name);
    const bool is_folder = type == fs::file_type::directory;
    if (std::string reason = why_not_read(name, kind, type, folder, real, real_); !reason.empty())
      listing.refused.push_back({{escaped(joined(relative, name)), std::move(reason)}, is_folder});
    else if (is_folder)
      listing.folders.emplace_back(name);
    else if (with_files)
      listing.files.emplace_back(name);
  };
  if (!failed) failed = for_each_entry(folder, add);
  if (failed) return refuse_all(fmt::format("cannot be opened: {}", failed.message()));
  sort_if_needed(listing.files);
  sort_if_needed(listing.folders);
  std::sort(listing.refused.begin(), listing.refused.end(),
            [](const FileProblem& a, const FileProblem& b) { return a.file < b.file; });
  return listing;
}

bool RootFolder::has_folder(const std::string& relative) const {
  std::error_code failed;
  return fs::is_directory(full(relative), failed);
}

const Listing& RootFolder::remembered(const std::string& relative) const {
  const auto known = folders_.find(relative);
  return known != folders_.end() ? known->second : folders_.emplace(relative, read(relative, false)).first->second;
}

const std::vector<std::string>& RootFolder::folders(const std::string& relative) const {
  return remembered(relative).folders;
}

const std::vector<std::string>& RootFolder::folders_in(const std::string& relative) const {
  const Listing& listing = remembered(relative);
  for (const Refused& refused : listing.refused)
    if (refused.is_folder) throw_input("{}: {}", full(refused.file).string(), refused.text);
  return listing.folders;
}

std::string joined(std::string_view folder, std::string_view name) {
  return folder.empty() ? std::string(name) : fmt::format("{}/{}", folder, name);
}

std::string_view stem_of(std::string_view name) {
  return name.substr(0, name.rfind('.'));
}

std::string escaped(std::string_view name) {
  std::string text;
  while (!name.empty()) {
    const size_t length = character_length(name);
    if (length == 0) text += fmt::format("\\x{:02x}", static_cast<unsigned char>(name[0]));
    text += name.substr(0, length);
    name.remove_prefix(std::max<size_t>(length, 1));
  }
  return text;
}

}  // namespace adrep
