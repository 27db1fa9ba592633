#include "benchmarks/cells/results_folder.h"

#include <algorithm>
#include <fstream>
#include <set>

#include "benchmarks/cells/cell.h"
#include "benchmarks/cells/cell_files.h"
#include "benchmarks/cells/cell_store.h"
#include "benchmarks/cells/result_log.h"
#include "benchmarks/cells/result_plan.h"
#include "core/base/atomic_file.h"
#include "core/base/content_hashes.h"
#include "core/base/error.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

/// What is copied, the cells last: a cell that is there has what lies beside it.
constexpr const char* merged_folders[] = {"references", "examples", "maps",  "models", "kept",
                                          "training",   "costs",    "cells", "plans",  "log"};

void require_folder(const fs::path& folder) {
  if (!fs::is_directory(folder)) throw_input("{}: no such folder of results", folder.string());
}

std::vector<fs::path> regular_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::recursive_directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
    if (entry->symlink_status().type() == fs::file_type::regular && !entry->path().filename().string().starts_with('.'))
      files.push_back(entry->path());
  std::sort(files.begin(), files.end());
  return files;
}

void copy_whole(const fs::path& from, const fs::path& to) {
  std::ifstream in(from, std::ios::binary);
  if (!in) throw_input("{}: cannot be read", from.string());
  write_file_atomically(to, [&](std::ostream& out) {
    if (in.peek() != std::ifstream::traits_type::eof()) out << in.rdbuf();  // of an empty file it would be a failure
  });
}

/// Why a file is not taken, or "".
std::string refusal_of_cell(const fs::path& file, const std::string& folder) {
  if (folder != "cells") return "";
  try {
    static_cast<void>(cell_from_json(read_file(file), file.string()));
    return "";
  } catch (const InputError& damaged) {
    return damaged.what();
  }
}

/// The cells that the plans of a folder come to, by the names of their files.
std::set<std::string> named_cells(const fs::path& folder, std::vector<std::string>& notes) {
  const auto events = last_events(folder, notes);
  std::set<std::string> named;
  for (const ResultPlan& plan : read_plans(folder, notes))
    for (const PlannedResult& planned : plan.results)
      if (const auto event = events.find(planned.id); event != events.end() && !event->second.cell.empty())
        named.insert(CellStore(folder / "cells").file_of(event->second.cell).filename().string());
  return named;
}

}  // namespace

FolderChange merge_results(const fs::path& into, const std::vector<fs::path>& from, bool dry_run) {
  FolderChange change;
  std::set<std::string> taken;
  for (const fs::path& source : from) {
    require_folder(source);
    for (const char* folder : merged_folders)
      for (const fs::path& file : regular_files(source / folder)) {
        const std::string name = file.lexically_relative(source).generic_string();
        if (const std::string refusal = refusal_of_cell(file, folder); !refusal.empty()) {
          change.notes.push_back(refusal + "; it is not copied");
          continue;
        }
        const fs::path place = into / name;
        if (fs::exists(place)) {
          ContentHashes& hashes = ContentHashes::instance();
          if (hashes.sha256_of(file) != hashes.sha256_of(place))
            change.notes.push_back(fmt::format("{}: {} has another one, which stays", file.string(), into.string()));
          continue;
        }
        if (!taken.insert(name).second) continue;  // a dry run has it from an earlier folder
        change.files.push_back(name);
        if (!dry_run) copy_whole(file, place);
      }
  }
  return change;
}

FolderChange prune_results(const fs::path& folder, bool dry_run) {
  require_folder(folder);
  FolderChange change;
  std::vector<std::string> damaged;
  if (read_plans(folder, damaged).empty()) {
    change.notes.push_back(folder.string() + ": no plans, so nothing says which cells are needed");
    return change;
  }
  const std::set<std::string> named = named_cells(folder, change.notes);
  if (!change.notes.empty()) throw_input("{}; nothing is removed before that is mended", change.notes.front());
  std::set<std::string> needed, candidates;
  for (const char* part : {"cells", "costs", "kept"})
    for (const fs::path& file : regular_files(folder / part))
      if (!named.contains(file.filename().string()))
        candidates.insert(file.lexically_relative(folder).generic_string());
  for (const fs::path& file : regular_files(folder / "kept")) {
    const std::set<std::string> listed = CellFiles::listed_in(folder, file);
    (named.contains(file.filename().string()) ? needed : candidates).insert(listed.begin(), listed.end());
  }
  for (const std::string& name : candidates) {
    if (needed.contains(name) || !fs::exists(folder / name)) continue;
    change.files.push_back(name);
    std::error_code failed;
    if (!dry_run) fs::remove(folder / name, failed);
    if (failed) throw WriteError(fmt::format("{}: cannot be removed: {}", (folder / name).string(), failed.message()));
  }
  return change;
}

}  // namespace adrep
