#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace adrep {

/// Moves a file that is in the way to `kept`, in a folder that is made where needed. Throws WriteError.
void keep_as(const std::filesystem::path& file, const std::filesystem::path& kept);

/// Writes a result that must not replace another one: a file of this name with other content is moved to
/// previous/HASH-NAME beside it first, and that is said. Throws WriteError.
void write_keeping_previous(const std::filesystem::path& file, std::string_view content);

/// The same for a file that is about to be written anew by other means: one that is there is moved.
void move_to_previous(const std::filesystem::path& file);

/// For what is long to compute: throws InputError where no file can be of this name (a folder is, or its folder would
/// have to be where a file is), WriteError where its folder cannot be made or written. `option`: what named it.
void require_file_place(const std::filesystem::path& file, const std::string& option);

}  // namespace adrep
