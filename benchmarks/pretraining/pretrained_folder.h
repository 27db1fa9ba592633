#pragma once
#include <filesystem>
#include <string>

#include "benchmarks/plan/pretraining.h"

namespace adrep {

/// Where pretrainings of plans lie unless told otherwise: "pretrained" in adrep's cache folder. Nothing is ever evicted
/// there.
std::filesystem::path pretrained_folder();

/// The file of a pretraining's "last", "angle" or "norm" projectors.
std::string projectors_file(const std::string& which);

/// FOLDER/pretraining.json says, sealed, what a folder of pretrained projectors is and, once it is done, what its files
/// hold.

/// Writes it for a pretraining that begins or goes on.
void note_begun(const std::filesystem::path& folder, const Pretraining& pretraining, const std::string& identity);
/// Writes it for one that is done. Throws Error when one of its files is not there.
void note_done(const std::filesystem::path& folder, const Pretraining& pretraining, const std::string& identity);
/// Whether it is done and its files are those that it left; files that are others are said.
bool is_done(const std::filesystem::path& folder);

}  // namespace adrep
