#pragma once
#include <filesystem>
#include <string>

#include "core/io/zip_archive.h"

namespace adrep {

/// Whether a zip is a `.pt2` archive: of torch.export.save, or of AOTInductor, which packs its code the same way. Such
/// a file holds a graph for PyTorch's own runtimes, which is neither a state dict nor TorchScript.
bool is_exported_program(const ZipArchive& archive);

/// The same of any file; false for one that is no zip or damaged.
bool is_exported_program(const std::filesystem::path& file);

/// What such a file is and what to do, without the file's name.
std::string exported_program_advice();

}  // namespace adrep
