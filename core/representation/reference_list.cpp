#include "core/representation/reference_list.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "core/base/error.h"
#include "core/base/paths.h"

namespace adrep {
namespace {

using nlohmann::json;

constexpr size_t longest_path = 4096;

/// One path of the list, checked. `place`: where it stands, for messages.
std::string checked_path(const std::string& path, const std::string& place) {
  const bool plain =
      std::none_of(path.begin(), path.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (path.empty() || path.size() > longest_path || !plain)
    throw_input("{}: no path of an image: empty, longer than {} bytes, or with control characters", place,
                longest_path);
  return path;
}

void require_different(const std::vector<std::string>& paths, const std::string& place) {
  std::set<std::string_view> known;
  for (const std::string& path : paths)
    if (!known.insert(path).second) throw_input("{}: {} is named twice", place, path);
  if (paths.empty()) throw_input("{}: the list is empty", place);
}

std::vector<std::string> paths_of(const json& array, const std::string& place) {
  if (!array.is_array()) throw_input("{}: no JSON array of paths", place);
  std::vector<std::string> paths;
  for (const json& entry : array) {
    const std::string where = fmt::format("{}: entry {}", place, paths.size() + 1);
    if (!entry.is_string()) throw_input("{}: no text", where);
    paths.push_back(checked_path(entry.get<std::string>(), where));
  }
  require_different(paths, place);
  return paths;
}

/// Two keys of one object are an error, too: JSON would keep one of them without a word.
json parsed(const std::string& text, const std::string& name) {
  std::set<std::string> keys;
  std::string twice;
  const json all = json::parse(
      text,
      [&](int depth, json::parse_event_t event, json& value) {
        if (event == json::parse_event_t::key && depth == 1 && !keys.insert(value.get<std::string>()).second)
          twice = value.get<std::string>();
        return depth <= 2;  // nothing deeper is kept, nor is it valid
      },
      /*allow_exceptions=*/false);
  if (all.is_discarded()) throw_input("{}: no JSON", name);
  if (!twice.empty()) throw_input("{}: {} is named twice", name, checked_path(twice, name));
  return all;
}

std::vector<std::string> lines_of(const std::string& text, const std::string& name) {
  std::istringstream stream(text);
  std::vector<std::string> paths;
  std::string line;
  for (int64_t number = 1; std::getline(stream, line); ++number) {
    line = line.substr(0, line.find('#'));
    line.erase(line.find_last_not_of(" \t\r") + 1);
    line.erase(0, line.find_first_not_of(" \t"));
    if (!line.empty()) paths.push_back(checked_path(line, fmt::format("{}:{}", name, number)));
  }
  require_different(paths, name);
  return paths;
}

bool ends_with_parts(std::string_view path, std::string_view tail) {
  return path.ends_with(tail) && (path.size() == tail.size() || path[path.size() - tail.size() - 1] == '/');
}

}  // namespace

ReferenceList parse_reference_list(const std::string& text, const std::string& name) {
  ReferenceList list;
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || (text[first] != '[' && text[first] != '{')) {
    list.common = lines_of(text, name);
    return list;
  }
  const json all = parsed(text, name);
  if (all.is_array()) {
    list.common = paths_of(all, name);
    return list;
  }
  for (const auto& [image, references] : all.items()) {
    const std::string path = checked_path(image, name);
    list.of_image.emplace_back(path, paths_of(references, fmt::format("{}: {}", name, path)));
  }
  if (list.of_image.empty()) throw_input("{}: the list is empty", name);
  return list;
}

PathTails::PathTails(std::vector<std::string> ids) : ids_(std::move(ids)), sorted_(ids_.size()) {
  for (size_t i = 0; i < sorted_.size(); ++i) sorted_[i] = i;
  std::sort(sorted_.begin(), sorted_.end(), [&](size_t a, size_t b) { return ids_[a] < ids_[b]; });
}

std::optional<size_t> PathTails::find(std::string_view given) const {
  const auto is_id = [&](const std::string& name) {
    const auto place =
        std::lower_bound(sorted_.begin(), sorted_.end(), name, [&](size_t i, const auto& id) { return ids_[i] < id; });
    return place != sorted_.end() && ids_[*place] == name;
  };
  const std::string path = with_slashes(std::string(given), is_id);
  for (std::string_view tail = path;;) {
    const auto place = std::lower_bound(sorted_.begin(), sorted_.end(), tail,
                                        [&](size_t i, std::string_view t) { return ids_[i] < t; });
    if (place != sorted_.end() && ids_[*place] == tail) return *place;
    const size_t slash = tail.find('/');
    if (slash == std::string_view::npos) break;
    tail.remove_prefix(slash + 1);
  }
  std::optional<size_t> found;
  for (size_t i = 0; i < ids_.size(); ++i) {
    if (!ends_with_parts(ids_[i], path)) continue;
    if (found) return std::nullopt;
    found = i;
  }
  return found;
}

}  // namespace adrep
