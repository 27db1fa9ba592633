#pragma once
#include <string>
#include <vector>

#include "benchmarks/cells/result.h"
#include "benchmarks/layouts/layout.h"

namespace adrep {

/// What a table shows, in a sentence or two for those who see nothing else of it: the layout's title, the setting in
/// the field's words (class-separated, unified multi-class, few-shot), protocol, selection and the number of seeds.
std::string caption_of(const Layout& layout, const std::vector<StoredResult>& results);

}  // namespace adrep
