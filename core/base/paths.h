#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace adrep {

/// adrep's folder for what can be made again: ADREP_CACHE, else XDG_CACHE_HOME/adrep, else ~/.cache/adrep.
std::filesystem::path cache_folder();

/// The folders named by an environment variable, separated by ':'; empty when it is not set.
std::vector<std::filesystem::path> folders_of_variable(const std::string& variable);

/// The regular files in a folder whose names have this extension, by name; none where there is no folder.
std::vector<std::filesystem::path> files_ending(const std::filesystem::path& folder, const std::string& extension);

/// A path from a list that Windows may have written: as it stands where `known` says that there is such a name, else
/// with '/' for every '\\'. `known` is asked only of paths that have one.
std::string with_slashes(std::string path, const std::function<bool(const std::string&)>& known);

}  // namespace adrep
