#include <algorithm>
#include <map>

#include "core/base/error.h"
#include "core/image/mask_names.h"
#include "core/maps/map_file.h"
#include "core/maps/map_files.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr size_t kListedFiles = 10;

/// Files by their path below the folder without extension.
using FilesByName = std::map<std::string, fs::path>;

bool is_inside(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

fs::path real_folder(const fs::path& folder) {
  std::error_code failed;
  const fs::path real = fs::canonical(folder, failed);
  if (failed) throw_input("{}: cannot be opened: {}", folder.string(), failed.message());
  if (!fs::is_directory(real, failed)) throw_input("{}: is not a folder", folder.string());
  return real;
}

FilesByName files_in(const fs::path& folder, bool (*wanted)(const fs::path&), const char* what) {
  const fs::path root = real_folder(folder);
  FilesByName files;
  std::error_code failed;
  fs::recursive_directory_iterator entries(root, failed);
  for (; !failed && entries != fs::recursive_directory_iterator(); entries.increment(failed)) {
    const fs::path& file = entries->path();
    if (file.filename().string().starts_with('.')) {
      entries.disable_recursion_pending();
      continue;
    }
    std::error_code ignored;
    if (!entries->is_regular_file(ignored) || !wanted(file)) continue;
    if (entries->is_symlink(ignored) && !is_inside(fs::weakly_canonical(file, ignored), root))
      throw_input("{}: a symbolic link that leaves the folder: copy what it points to", file.string());
    const std::string name = (file.parent_path() / file.stem()).lexically_relative(root).generic_string();
    if (const auto [other, added] = files.emplace(name, file); !added)
      throw_input("{}: two files called '{}' ({} and {}): keep one", folder.string(), name,
                  other->second.filename().string(), file.filename().string());
  }
  if (failed) throw_input("{}: cannot be listed: {}", folder.string(), failed.message());
  if (files.empty()) throw_input("{}: holds no {}", folder.string(), what);
  return files;
}

bool in_normal_folder(const std::string& name) {
  for (fs::path folder = fs::path(name).parent_path(); !folder.empty(); folder = folder.parent_path()) {
    std::string last = folder.filename().string();
    for (char& c : last) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (last == "good" || last == "normal" || last == "ok") return true;
  }
  return false;
}

std::string listed_names(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kListedFiles); ++i) text += (i ? ", " : "") + names[i];
  return names.size() > kListedFiles ? fmt::format("{} and {} more", text, names.size() - kListedFiles) : text;
}

/// Masks by the composed name of the map that they can belong to; an ending may be a part of the map's own name.
class MasksByMap {
 public:
  explicit MasksByMap(FilesByName files) : files_(std::move(files)) {
    for (const auto& [name, file] : files_)
      for (std::string_view ending : mask_endings)
        if (const std::string_view map = without_mask_ending(name, ending); !map.empty())
          by_map_[composed_name(map)].push_back(name);
  }

  /// A map's mask, which then is taken; "" when there is none.
  fs::path take(const std::string& map) {
    auto taken = files_.end();
    for (const std::string& name : by_map_[composed_name(map)]) {
      const auto found = files_.find(name);
      if (found == files_.end()) continue;  // another map's
      if (taken != files_.end())
        throw_input("{} and {}: two masks for the map '{}': keep one", taken->second.string(), found->second.string(),
                    map);
      taken = found;
    }
    if (taken == files_.end()) return {};
    fs::path mask = taken->second;
    files_.erase(taken);
    return mask;
  }

  const FilesByName& left() const { return files_; }

 private:
  FilesByName files_;
  std::map<std::string, std::vector<std::string>> by_map_;
};

}  // namespace

std::vector<MapEntry> match_map_folders(const fs::path& maps, const fs::path& masks, bool missing_mask_is_normal) {
  if (real_folder(maps) == real_folder(masks))
    throw_input("{}: maps and masks in one folder cannot be told apart: move the masks to a folder of their own",
                maps.string());
  MasksByMap mask_files(files_in(masks, is_mask_name, "mask (npy, npz, safetensors or an image)"));
  std::vector<MapEntry> entries;
  std::vector<std::string> without_mask, without_map;
  const FilesByName map_files = files_in(maps, is_map_name, "score map (npy, npz, safetensors, TIFF or PNG)");
  const bool by_folder =
      std::any_of(map_files.begin(), map_files.end(), [](const auto& file) { return in_normal_folder(file.first); });
  for (const auto& [name, file] : map_files) {
    const fs::path mask = mask_files.take(name);
    const bool is_normal = in_normal_folder(name);
    if (mask.empty() && !missing_mask_is_normal && !is_normal) without_mask.push_back(name);
    entries.push_back({name, file, mask, std::nullopt, std::nullopt, by_folder && !is_normal});
  }
  if (!without_mask.empty())
    throw_input(
        "{}: {} map{} without a mask in {}: {} (missing_mask=normal takes them as normal; those in a folder good, "
        "normal or ok are)",
        maps.string(), without_mask.size(), without_mask.size() == 1 ? "" : "s", masks.string(),
        listed_names(without_mask));
  for (const auto& [name, file] : mask_files.left()) without_map.push_back(name);
  if (!without_map.empty())
    throw_input("{}: {} mask{} without a map in {}: {}", masks.string(), without_map.size(),
                without_map.size() == 1 ? "" : "s", maps.string(), listed_names(without_map));
  return entries;
}

}  // namespace adrep
