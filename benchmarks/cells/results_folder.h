#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace adrep {

/// What joining or pruning a results folder did, or would do.
struct FolderChange {
  std::vector<std::string> files;  ///< copied or removed, relative to the folder
  std::vector<std::string> notes;  ///< what was left as it is, and why: one line each
};

/// Copies what a run keeps (cells, costs, plans, log, and what lies beside cells) from other folders into one that
/// lacks it. What is there is never replaced: a file of one name with other content is left, with a note; so is a
/// damaged cell. Tables and reports are not copied: they are made anew from the cells. Links are not followed. With
/// `dry_run` nothing is written. Throws InputError for a folder that is not there, WriteError.
FolderChange merge_results(const std::filesystem::path& into, const std::vector<std::filesystem::path>& from,
                           bool dry_run);

/// Removes the cells that no plan of the folder names, with their costs and the files that only they have. What a run
/// moved to previous/ stays. Nothing is removed from a folder without plans. With `dry_run` nothing at all. Throws
/// InputError for a folder that is not there, WriteError.
FolderChange prune_results(const std::filesystem::path& folder, bool dry_run);

}  // namespace adrep
