#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

/// Who is tested where nothing but names says it: the same on every machine, in no order of their numbers.
namespace adrep {

/// Places in `names`, those to be tested first: in decreasing order of a hash of each name.
std::vector<size_t> hash_order(const std::vector<std::string_view>& names);

/// How many of a class's normal images are tested: a fifth, rounded, and at least one; none of a single image.
int64_t tested_of(int64_t normal_images);

}  // namespace adrep
