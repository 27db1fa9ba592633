#pragma once
#include <filesystem>
#include <string>

namespace adrep {

/// This machine's name in letters, digits and "-".
const std::string& machine_name();

/// "NAME.HOST.PROCESS.RANDOM", which no other process on any machine of a shared file system takes.
std::string unique_name(const std::string& name);

/// A name beside `place` for what is to be moved there once it is whole: "." + unique_name + ".tmp".
std::filesystem::path temporary_name(const std::filesystem::path& place);

/// Removes from a folder what killed processes left there under such names: those of this machine whose process is
/// gone, and those of others that are older than a day. Looks once a process and folder, unless it is to look `again`;
/// what cannot be removed stays.
void remove_stale_temporaries(const std::filesystem::path& folder, bool again = false);

}  // namespace adrep
