#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/layouts/listed_images.h"

namespace adrep {

/// Reads a manifest: a table (.csv) or one JSON object a line (.jsonl) with, for each image,
///
///     image    path relative to the data set's folder
///     split    train or test
///     label    normal or anomalous (good, ok, 0 and anomaly, defective, 1 are understood)
///     class    name of the class; may be left out everywhere: `default_class`
///     mask     path of the mask; may be empty or left out
///     defect   kind of defect; may be empty or left out: "anomaly"
///     view     camera view; may be empty or left out
///     group    what it belongs together with (split.group=column); may be empty or left out
///
/// Columns in any order; others are an error. Paths are not checked here, but Windows' '\' is read (with_slashes);
/// `root`: the data set's folder, where a file may really be called so. Throws InputError "FILE:LINE: …".
std::vector<ListedImage> read_manifest(const std::filesystem::path& file, const std::string& default_class,
                                       const std::filesystem::path& root);

/// The same of a manifest's text; `json`: one object a line. `name`: the file, for messages.
std::vector<ListedImage> parse_manifest(const std::string& text, bool json, const std::string& name,
                                        const std::string& default_class, const std::filesystem::path& root = {});

}  // namespace adrep
