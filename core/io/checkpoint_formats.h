#pragma once
#include <memory>

#include "core/io/mapped_file.h"
#include "core/io/torch_checkpoint.h"

namespace adrep {

/// `index`: a JSON text, which may be the index of weights in several files (sharded_checkpoint.h).
enum class CheckpointFormat { zip, legacy, safetensors, index };

/// By the content, not the name. Throws InputError for a file of another kind, saying of which where it is known.
CheckpointFormat checkpoint_format(const MappedFile& file);

/// torch.save since 1.6 and torch.jit.save: a zip with NAME/data.pkl and one file NAME/data/KEY for each storage.
CheckpointValue read_zip_checkpoint(const std::shared_ptr<const MappedFile>& file);

/// torch.save before 1.6: five pickles (magic number, version, system, object, storage keys), then the storages in the
/// order of the keys, each a count of 8 bytes and its elements.
CheckpointValue read_legacy_checkpoint(const std::shared_ptr<const MappedFile>& file);

/// Where torch's magic number stands near the start of a legacy file, or npos.
size_t legacy_magic(std::string_view bytes);

/// Length of the magic number in bytes.
constexpr size_t legacy_magic_bytes = 10;

}  // namespace adrep
