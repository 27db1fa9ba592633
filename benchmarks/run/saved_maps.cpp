#include "benchmarks/run/saved_maps.h"

#include <nlohmann/json.hpp>
#include <set>

#include "core/base/atomic_file.h"
#include "core/base/hash.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "core/base/temporary_name.h"
#include "core/base/text_layout.h"
#include "core/image/encode.h"
#include "core/maps/npy_writer.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLongestName = 150, kHashDigits = 8;
constexpr uint64_t kLargestOwner = uint64_t{1} << 16;

void rename_folder(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::create_directories(to.parent_path(), failed);
  if (!failed) fs::rename(from, to, failed);
  if (failed) throw WriteError(fmt::format("{}: cannot be written: {}", to.string(), failed.message()));
}

/// The regular files below a folder, by their paths in it, with their content's hashes.
std::map<std::string, std::string> hashes_below(const fs::path& folder) {
  std::map<std::string, std::string> hashes;
  std::error_code failed;
  for (fs::recursive_directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
    if (entry->is_regular_file())
      hashes[entry->path().lexically_relative(folder).generic_string()] = sha256_of_file(entry->path());
  return hashes;
}

bool same_files(const fs::path& one, const fs::path& other) {
  return hashes_below(one) == hashes_below(other);
}

/// Where each sample's files go, without extension: its id without extension, or with it where two would be the same.
std::vector<fs::path> places_of(const std::vector<Sample>& samples) {
  std::map<fs::path, int> uses;
  for (const Sample& sample : samples) ++uses[fs::path(sample.id).replace_extension()];
  std::vector<fs::path> places;
  for (const Sample& sample : samples) {
    const fs::path stem = fs::path(sample.id).replace_extension();
    places.push_back(uses[stem] == 1 ? stem : fs::path(sample.id));
  }
  return places;
}

/// The rectangle of a mask [H, W] that is not padding: rows and columns [begin, end).
struct Inside {
  int64_t top = 0, bottom = 0, left = 0, right = 0;

  explicit Inside(const at::Tensor& mask) {
    const at::Tensor inside = mask != outside_pixel;
    const at::Tensor rows = inside.any(1).nonzero(), columns = inside.any(0).nonzero();
    ADREP_ASSERT(rows.numel() > 0, "a map of nothing but padding");
    top = rows[0].item<int64_t>(), bottom = rows[-1].item<int64_t>() + 1;
    left = columns[0].item<int64_t>(), right = columns[-1].item<int64_t>() + 1;
  }
  at::Tensor of(const at::Tensor& image) const {
    return image.slice(0, top, bottom).slice(1, left, right).contiguous();
  }
};

void write_map(const fs::path& file, const at::Tensor& map) {
  write_npy(file, {map.const_data_ptr<float>(), static_cast<size_t>(map.numel())}, {map.size(0), map.size(1)});
}

void write_mask(const fs::path& file, const at::Tensor& mask) {
  Image image(static_cast<int>(mask.size(1)), static_cast<int>(mask.size(0)), 1);
  const uint8_t* values = mask.const_data_ptr<uint8_t>();
  std::transform(values, values + mask.numel(), image.pixels.begin(),
                 [](uint8_t value) { return static_cast<uint8_t>(value != 0 ? 255 : 0); });
  write_file_atomically(file, encode_png(image));
}

/// A folder that is removed unless it is moved to its place.
class FolderInTheMaking {
 public:
  explicit FolderInTheMaking(const fs::path& wanted) : path_(temporary_name(wanted)) {
    remove_stale_temporaries(wanted.parent_path());
  }
  ~FolderInTheMaking() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

std::string cell_of_maps(const fs::path& folder) {
  const fs::path file = folder / "cell.json";
  if (!fs::exists(file)) return "";
  const nlohmann::json owner = nlohmann::json::parse(read_file(file, kLargestOwner), nullptr, false);
  const auto place = owner.find("cell");
  return owner.is_object() && place != owner.end() && place->is_string() ? place->get<std::string>() : "";
}

std::string folder_name(const std::string& title, const std::string& cell_hash) {
  const std::string separator = " · ";
  std::string name;
  bool changed = false;
  for (size_t at = 0; at < title.size();) {
    if (title.compare(at, separator.size(), separator) == 0) {
      name += '-';
      at += separator.size();
      continue;
    }
    const char c = title[at++];
    // no '=' and ',': the folder's path is an argument of other commands
    const bool safe =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("._-").find(c) != std::string_view::npos;
    changed |= !safe;
    name += safe ? c : c == '=' ? '-' : '_';
  }
  if (name.starts_with('.')) name[0] = '_', changed = true;
  if (name.size() > kLongestName) name.resize(kLongestName), changed = true;
  return changed ? name + "-" + cell_hash.substr(0, kHashDigits) : name;
}

SavedMaps::SavedMaps(const fs::path& output, const PlannedCell& planned, const std::string& cell_hash)
    : wanted_(planned.config->settings.maps == "npy"),
      title_(planned.title()),
      hash_(cell_hash),
      folder_(output / "maps" / folder_name(title_, hash_)),
      files_(output, hash_) {}

bool SavedMaps::missing() const {
  return wanted_ && (cell_of_maps(folder_) != hash_ || !files_.intact(CellFiles::Kind::maps));
}

void SavedMaps::save(const at::Tensor& maps, const at::Tensor& image_scores, const GroundTruth& truth,
                     const std::vector<Sample>& samples) const {
  const FolderInTheMaking making(folder_);
  const std::vector<fs::path> places = places_of(samples);
  std::string manifest = "map,mask,label,image_score\n";
  for (size_t i = 0; i < samples.size(); ++i) {
    stop_if_interrupted();
    const auto index = static_cast<int64_t>(i);
    const std::string map = "maps/" + places[i].generic_string() + ".npy",
                      mask = truth.labels[i] != 0 ? "masks/" + places[i].generic_string() + ".png" : "";
    const Inside inside(truth.masks[index]);
    write_map(making.path() / map, inside.of(maps[index]));
    if (truth.has_mask[i] == 0) continue;
    if (!mask.empty()) write_mask(making.path() / mask, inside.of(truth.masks[index]));
    manifest += fmt::format("{},{},{},{}\n", csv_field(map), csv_field(mask), static_cast<int>(truth.labels[i]),
                            image_scores[index].item<float>());
  }
  write_file_atomically(making.path() / "manifest.csv", manifest);
  write_file_atomically(making.path() / "cell.json", nlohmann::json{{"cell", hash_}, {"title", title_}}.dump(1) + "\n");
  if (truth.without_mask > 0)
    log_warning(fmt::format("{}: {} anomalous images without a mask are left out of manifest.csv", folder_.string(),
                            truth.without_mask));
  if (fs::exists(folder_) && same_files(making.path(), folder_)) {  // another process was first
    record_files();
    return;
  }
  if (fs::exists(folder_)) {
    const std::string owner = cell_of_maps(folder_).substr(0, kHashDigits);
    const fs::path kept = folder_.parent_path() / "previous" / (folder_.filename().string() + "-" + owner);
    std::optional<FolderInTheMaking> older;  // the same cell's maps, moved there before: gone once these are in place
    if (fs::exists(kept)) rename_folder(kept, older.emplace(kept).path());
    rename_folder(folder_, kept);
    log_info(fmt::format("the maps of another cell are now in {}", kept.string()));
  }
  rename_folder(making.path(), folder_);
  record_files();
}

void SavedMaps::record_files() const {
  std::vector<fs::path> written;
  for (const auto& entry : fs::recursive_directory_iterator(folder_))
    if (entry.is_regular_file()) written.push_back(entry.path());
  files_.record(CellFiles::Kind::maps, written);
}

}  // namespace adrep
