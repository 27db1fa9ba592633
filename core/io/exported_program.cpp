#include "core/io/exported_program.h"

#include <algorithm>

#include "core/base/error.h"

namespace adrep {

bool is_exported_program(const ZipArchive& archive) {
  // torch before 2.8 put its parts at the top, later ones into a folder
  return std::any_of(archive.entries().begin(), archive.entries().end(), [](const auto& entry) {
    const std::string name = "/" + entry.first;
    return name.ends_with("/archive_format") || name.ends_with("/serialized_exported_program.json");
  });
}

bool is_exported_program(const std::filesystem::path& file) {
  try {
    const auto mapping = std::make_shared<const MappedFile>(file);
    return mapping->bytes().starts_with("PK\3\4") && is_exported_program(ZipArchive(mapping));
  } catch (const InputError&) {
    return false;
  }
}

std::string exported_program_advice() {
  return "is a .pt2 archive of torch.export, a graph for PyTorch's own runtimes: save the network by torch.jit.trace "
         "and torch.jit.save for backbone=torchscript:FILE, or its state_dict() by torch.save for weights=FILE";
}

}  // namespace adrep
