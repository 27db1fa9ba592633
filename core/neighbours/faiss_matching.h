#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "core/neighbours/reference_matching.h"

namespace adrep {

/// Matching by FAISS's flat index, which a build has when FAISS was installed (Debian: libfaiss-dev). The index only
/// rules out: the values of a few candidates are computed as match_references computes them, and where rounding could
/// hide a better row the query is left to it. So both give the same rows.
bool has_faiss();

/// Improves `best` [Q] and `index` [Q] by rows of a bank whose first is row `first_row`: value = bias + scale ·
/// query·row, of equally good rows the lowest. queries [Q, C], rows [R, C], bias [R]: as match_references prepares them
/// (normalised for cosine). Returns the queries that are not decided, whose best and index are as they were. Throws
/// Error when the build has no FAISS.
std::vector<int64_t> match_with_faiss(const at::Tensor& queries, const at::Tensor& rows, const at::Tensor& bias,
                                      float scale, Match match, int64_t first_row, float* best, int64_t* index);

}  // namespace adrep
