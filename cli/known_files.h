#pragma once
#include "core/base/content_hashes.h"
#include "core/base/content_index.h"

namespace adrep::cli {

/// While it lives files that were read by an earlier run and are unchanged since are not read again to know their
/// content.
class KnownFiles {
 public:
  explicit KnownFiles(bool read_all_again) {
    if (!read_all_again) ContentHashes::instance().use_index(content_index_file());
  }
  ~KnownFiles() { ContentHashes::instance().save(); }
  KnownFiles(const KnownFiles&) = delete;
  KnownFiles& operator=(const KnownFiles&) = delete;
};

}  // namespace adrep::cli
