#pragma once
#include <filesystem>

namespace adrep::test {

/// Writes the paper's Table 1 in little into a folder: table1.yaml with the schema of configs/table1.yaml, 600 cells of
/// two classes a data set, and all that it names, with paths relative to the folder. Mini data sets in the five
/// layouts, a vision transformer of random weights in each of the five official layouts, two random projector files a
/// backbone, a list of references a class, textures, and in weights/ the file of EfficientNet-Lite0 that aligned
/// references compare images by: ADREP_WEIGHTS must name that folder. The same bytes every time.
void write_reduced_table1(const std::filesystem::path& folder);

}  // namespace adrep::test
