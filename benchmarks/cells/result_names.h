#pragma once
#include <vector>

#include "benchmarks/cells/result.h"

namespace adrep {

/// Fills in method, variant and seeds of results that are shown together, and tells data sets of one name apart.
///
/// The method is everything in a cell's key but the class, its images, the seeds, and what one method may have of its
/// own for each data set: the size to which it resizes, a list of references, the classes of a joint model. These count
/// where a method would otherwise have two results of one class and seed. A variant is as short as tells the methods of
/// a detector and features apart, in the words of the plan where it has them; seeds are named where a method has
/// several.
void name_results(std::vector<StoredResult>& results);

/// What a result's images are: the data set, class and their fingerprint, or "" without a cell.
std::string images_of(const StoredResult& result);

/// By which epoch a cell was chosen: "last" too of detectors that have none to choose from.
std::string selection_of(const Cell& cell);

/// A method's name: "patchcore/residual", with the backbone where `with_backbone`, and its variant.
std::string method_name(const StoredResult& result, bool with_backbone);

}  // namespace adrep
