#include "benchmarks/cells/cell_files.h"

#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/base/content_hashes.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/io/sealed_json.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kept_version = 1;
constexpr size_t kept_digits = 32;

const char* name_of(CellFiles::Kind kind) {
  switch (kind) {
    case CellFiles::Kind::maps:
      return "maps";
    case CellFiles::Kind::model:
      return "model";
    case CellFiles::Kind::examples:
      return "examples";
  }
  ADREP_ASSERT(false, "no such kind of files");
}

/// The path below the folder, '/' separated.
std::string below(const fs::path& folder, const fs::path& file) {
  const std::string name = file.lexically_normal().lexically_relative(folder.lexically_normal()).generic_string();
  if (name.empty() || name.starts_with("..")) throw_input("{}: not below {}", file.string(), folder.string());
  return name;
}

}  // namespace

CellFiles::CellFiles(fs::path folder, std::string cell_hash)
    : folder_(std::move(folder)), cell_(std::move(cell_hash)) {}

fs::path CellFiles::file() const {
  return folder_ / "kept" / (cell_.substr(0, kept_digits) + ".json");
}

CellFiles::Listed CellFiles::read() const {
  if (!fs::exists(file())) return {};
  try {
    const json all = read_sealed_json(read_file(file()), "list of kept files", file().string());
    if (all.at("adrep_kept") != kept_version || all.at("cell") != cell_)
      throw_input("{}: of another cell or version", file().string());
    return all.at("files").get<Listed>();
  } catch (const InputError& damaged) {
    log_warning(fmt::format("{}; the files are made again where they are asked for", damaged.what()));
  } catch (const json::exception&) {
    log_warning(fmt::format("{}: incomplete; the files are made again where they are asked for", file().string()));
  }
  return {};
}

void CellFiles::record(Kind kind, const std::vector<fs::path>& files) const {
  Listed listed = read();
  Hashes& of_kind = listed[name_of(kind)];
  of_kind.clear();
  for (const fs::path& path : files) of_kind[below(folder_, path)] = ContentHashes::instance().sha256_of(path);
  write_file_atomically(file(),
                        sealed({{"adrep_kept", kept_version}, {"cell", cell_}, {"files", listed}}).dump(1) + "\n");
}

CellFiles::State CellFiles::state(Kind kind) const {
  const Listed listed = read();
  const auto of_kind = listed.find(name_of(kind));
  if (of_kind == listed.end()) return State::unlisted;
  for (const auto& [name, hash] : of_kind->second) {
    try {
      if (fs::path(name).is_absolute() || ContentHashes::instance().sha256_of(folder_ / name) != hash)
        return State::harmed;
    } catch (const InputError&) {
      return State::harmed;  // gone
    }
  }
  return State::intact;
}

std::set<std::string> CellFiles::listed_in(const fs::path& folder, const fs::path& list) {
  std::set<std::string> names;
  try {
    const json all = read_sealed_json(read_file(list), "list of kept files", list.string());
    for (const auto& [kind, files] : all.at("files").get<Listed>())
      for (const auto& [name, hash] : files)
        if (!below(folder, folder / name).empty()) names.insert(name);
  } catch (const InputError& damaged) {
    log_warning(damaged.what());
  } catch (const json::exception&) {
    log_warning(list.string() + ": incomplete");
  }
  return names;
}

}  // namespace adrep
