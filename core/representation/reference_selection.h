#pragma once
#include <cstdint>
#include <vector>

#include "core/features/levels.h"
#include "core/representation/residual.h"

namespace adrep {

/// Seeded random references: `shots` different numbers of {0, …, normals − 1}, all of them when there are fewer.
/// The first K of a list of 8 are the K-shot references (protocol §4).
std::vector<int64_t> random_references(int64_t normals, int64_t shots, uint64_t seed);

/// The bank of some reference images' features: levels [R, C_l, H_l, W_l] -> rows [R·H_l·W_l, C_l].
ReferenceBank make_bank(const Levels& references, std::vector<std::string> files, uint64_t seed);

}  // namespace adrep
