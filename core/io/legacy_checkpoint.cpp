#include <cstring>

#include "core/io/checkpoint_formats.h"
#include "core/io/checkpoint_objects.h"
#include "core/io/damaged.h"
#include "core/io/tensor_bytes.h"

namespace adrep {
namespace {

constexpr std::string_view magic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", legacy_magic_bytes);
constexpr size_t magic_within = 32;
constexpr int64_t protocol_version = 1001;

/// Reads the file's pickles and storages one after the other.
class LegacyReader {
 public:
  explicit LegacyReader(const std::shared_ptr<const MappedFile>& file) : file_(file), path_(file->path()) {}

  CheckpointValue read() {
    place_ = legacy_magic(file_->bytes()) + legacy_magic_bytes;
    if (read_bytes(1, "its first pickle") != ".") damaged(path_, "its magic number is no pickle of its own");
    check_version(next_pickle());
    check_system(next_pickle());
    const pickle::Document object = next_pickle();
    const pickle::Document keys = next_pickle();
    declare(object);
    locate(keys);
    TensorStorages storages(path_, file_->bytes().size(),
                            [this](const StorageClaim& claim) { return storage_of(claim); });
    return checkpoint_of(object, storages, path_);
  }

 private:
  struct Storage {
    StorageClaim claim;
    std::optional<std::string_view> bytes;
  };

  std::string_view read_bytes(uint64_t count, const std::string& what) {
    const std::string_view rest = file_->bytes().substr(place_);
    if (count > rest.size()) damaged(path_, "{} ends outside the file (file truncated?)", what);
    place_ += count;
    return rest.substr(0, count);
  }

  pickle::Document next_pickle() {
    pickle::Document document = pickle::parse(file_->bytes().substr(place_), path_, is_known_global);
    place_ += document.bytes;
    return document;
  }

  void check_version(const pickle::Document& document) const {
    const auto* version = std::get_if<int64_t>(&document.root);
    if (!version || *version != protocol_version)
      throw_input("{}: is written in an unknown version of torch's format", path_.string());
  }

  void check_system(const pickle::Document& document) const {
    const auto* system = std::get_if<pickle::Dict*>(&document.root);
    if (!system) damaged(path_, "it does not say on which system it was written");
    for (const auto& [key, value] : (*system)->items) {
      const auto* name = std::get_if<const std::string*>(&key);
      const auto* little_endian = std::get_if<bool>(&value);
      if (name && **name == "little_endian" && little_endian && !*little_endian)
        throw_input("{}: its numbers are big-endian: save it again on a little-endian machine", path_.string());
    }
  }

  /// Notes every storage that the pickle speaks of.
  void declare(const pickle::Document& object) {
    for (const pickle::PersistentId& id : object.persistent_ids) {
      StorageClaim claim = storage_claim(id, path_);
      const auto [place, fresh] = storages_.emplace(claim.key, Storage{claim, {}});
      if (!fresh && (place->second.claim.type != claim.type || place->second.claim.count != claim.count))
        damaged(path_, "storage '{}' is described in two ways", printable(claim.key));
    }
  }

  /// Finds every storage's bytes; the list of keys gives their order.
  void locate(const pickle::Document& keys) {
    const auto* list = std::get_if<pickle::List*>(&keys.root);
    if (!list) damaged(path_, "it has no list of storages");
    for (const pickle::Value& item : (*list)->items) {
      const auto* key = std::get_if<const std::string*>(&item);
      const auto place = key ? storages_.find(**key) : storages_.end();
      if (place == storages_.end()) damaged(path_, "its list of storages has one that no tensor uses");
      const std::string name = fmt::format("storage '{}'", printable(**key));
      int64_t count = 0;
      std::memcpy(&count, read_bytes(sizeof(count), name).data(), sizeof(count));
      if (count != place->second.claim.count)
        damaged(path_, "{} has {} elements of {}", name, count, place->second.claim.count);
      place->second.bytes = read_bytes(place->second.claim.bytes(), name);
    }
  }

  at::Tensor storage_of(const StorageClaim& claim) const {
    const Storage& storage = storages_.at(claim.key);
    if (!storage.bytes) damaged(path_, "storage '{}' is missing", printable(claim.key));
    if (claim.type == at::kBool && !are_bools(*storage.bytes))
      damaged(path_, "storage '{}' has values that are no bools", printable(claim.key));
    return tensor_on({*storage.bytes, file_}, claim.type);
  }

  const std::shared_ptr<const MappedFile>& file_;
  const std::filesystem::path& path_;
  size_t place_ = 0;
  std::map<std::string, Storage> storages_;
};

}  // namespace

size_t legacy_magic(std::string_view bytes) {
  return bytes.starts_with("\x80") ? bytes.substr(0, magic_within).find(magic) : std::string_view::npos;
}

CheckpointValue read_legacy_checkpoint(const std::shared_ptr<const MappedFile>& file) {
  return LegacyReader(file).read();
}

}  // namespace adrep
