#pragma once
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "datasets/published_counts.h"

namespace adrep {

PublishedCounts counts_of(const ClassSplit& split);

/// Numbers that the file names of one folder leave out: "c/train/good/004.png" when 003 and 005 are there, in byte-wise
/// order. Folders whose names are not all numbers are left aside; the numbering begins with 0 or 1.
std::vector<std::string> gaps_in_numbering(const std::vector<Sample>& samples);

/// Files that stand out of a numbered folder: most names there are numbers, these are not, or have another extension.
std::vector<std::string> names_out_of_line(const std::vector<Sample>& samples);

/// What is published about the data set of this layout, nullptr when there is nothing or when none of the classes is an
/// official one: data of one's own in the same layout.
const PublishedDataset* published_for(const Dataset& dataset);

/// How classes differ from what is published, one line each; empty when all fits. Missing and extra files are named
/// where names are numbers.
std::vector<std::string> differences_from_published(const PublishedDataset& published,
                                                    const std::vector<ClassSplit>& classes);

}  // namespace adrep
