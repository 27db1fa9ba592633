#pragma once
#include <filesystem>
#include <string>

#include "core/maps/array.h"

namespace adrep {

/// FILE, or FILE:NAME for one array of a file that holds several.
struct ArrayPlace {
  std::filesystem::path file;
  std::string name;
};
/// Splits at the last ':' unless a file of the whole name exists.
ArrayPlace array_place(const std::filesystem::path& text);

/// True for names that end in .npy, .npz or .safetensors (any case).
bool is_array_name(const std::filesystem::path& file);

/// The array of an npy, npz or safetensors file (told apart by content): the one named, else `preferred`, else the only
/// one. Stored data are memory-mapped; deflated ones may take up to 1 GiB and 16 times the file. Throws InputError
/// listing the arrays where none of these is there.
Array read_array(const ArrayPlace& place, const std::string& preferred);

/// Whether the file holds several arrays and one of this name.
bool has_array(const std::filesystem::path& file, const std::string& name);

}  // namespace adrep
