#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace adrep {

/// adrep's folder for what can be made again: ADREP_CACHE, else XDG_CACHE_HOME/adrep, else ~/.cache/adrep.
std::filesystem::path cache_folder();

/// The folders named by an environment variable, separated by ':'; empty when it is not set.
std::vector<std::filesystem::path> folders_of_variable(const std::string& variable);

/// The regular files in a folder whose names have this extension, by name; none where there is no folder.
std::vector<std::filesystem::path> files_ending(const std::filesystem::path& folder, const std::string& extension);

}  // namespace adrep
