#pragma once
#include <filesystem>

namespace adrep::test {

/// Writes the paper's other tables in little into a folder where write_reduced_table1 has written: configs/table2a.yaml
/// to table_b1.yaml, each the file of that name in the source's configs/ with small images and backbones, the two
/// pretrainings that they name, of one epoch, and a mini Real-IAD. `adrep run configs/table8.yaml` in that folder, with
/// ADREP_WEIGHTS as for the reduced Table 1, computes as many cells as the table has with two classes a data set.
/// Throws InputError where a file in configs/ no longer has what is to be made small.
void write_reduced_tables(const std::filesystem::path& folder);

}  // namespace adrep::test
