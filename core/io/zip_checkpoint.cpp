#include "core/io/checkpoint_formats.h"
#include "core/io/checkpoint_objects.h"
#include "core/io/damaged.h"
#include "core/io/exported_program.h"
#include "core/io/tensor_bytes.h"
#include "core/io/zip_archive.h"

namespace adrep {
namespace {

/// The folder that holds data.pkl, with its slash; torch names it after the file.
std::string top_folder(const ZipArchive& archive, const std::filesystem::path& file) {
  std::vector<std::string> found;
  for (const auto& [name, entry] : archive.entries()) {
    const size_t slash = name.find('/');
    if (slash != std::string::npos && std::string_view(name).substr(slash) == "/data.pkl")
      found.push_back(name.substr(0, slash + 1));
  }
  if (found.empty() && is_exported_program(archive)) throw_input("{}: {}", file.string(), exported_program_advice());
  if (found.empty()) throw_input("{}: is a zip, but not one of torch: it has no data.pkl", file.string());
  if (found.size() > 1) damaged(file, "it has {} files data.pkl", found.size());
  return found[0];
}

at::Tensor storage_of(ZipArchive& archive, const std::string& folder, const StorageClaim& claim,
                      const std::filesystem::path& file) {
  SharedBytes content = archive.open(folder + "data/" + claim.key);
  if (content.view.size() < claim.bytes())
    damaged(file, "storage '{}' has {} bytes of {}", printable(claim.key), content.view.size(), claim.bytes());
  content.view = content.view.substr(0, claim.bytes());
  if (claim.type == at::kBool && !are_bools(content.view))
    damaged(file, "storage '{}' has values that are no bools", printable(claim.key));
  return tensor_on(content, claim.type);
}

}  // namespace

CheckpointValue read_zip_checkpoint(const std::shared_ptr<const MappedFile>& file) {
  const std::filesystem::path& path = file->path();
  ZipArchive archive(file);
  const std::string folder = top_folder(archive, path);
  if (archive.entries().contains(folder + "byteorder") && archive.open(folder + "byteorder").view != "little")
    throw_input("{}: its numbers are big-endian: save it again on a little-endian machine", path.string());
  const pickle::Document document = pickle::parse(archive.open(folder + "data.pkl").view, path, is_known_global);
  TensorStorages storages(path, file->bytes().size(),
                          [&](const StorageClaim& claim) { return storage_of(archive, folder, claim, path); });
  return checkpoint_of(document, storages, path);
}

}  // namespace adrep
