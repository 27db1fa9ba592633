#include "benchmarks/cells/cell_store.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/log.h"

namespace adrep {

std::optional<Cell> CellStore::find(const CellKey& key) const {
  const std::filesystem::path file = file_of(key.hash());
  if (!std::filesystem::exists(file)) return std::nullopt;
  try {
    Cell cell = cell_from_json(read_file(file), file.string());
    if (cell.key == key) return cell;
    log_warning(fmt::format("{}: holds another cell; it is computed again", file.string()));
  } catch (const InputError& damaged) {
    log_warning(fmt::format("{}; it is computed again", damaged.what()));
  }
  return std::nullopt;
}

Cell CellStore::read(const std::string& hash) const {
  const std::filesystem::path file = file_of(hash);
  return cell_from_json(read_file(file), file.string());
}

void CellStore::put(const Cell& cell) const {
  write_file_atomically(file_of(cell.hash()), to_json_text(cell));
}

}  // namespace adrep
