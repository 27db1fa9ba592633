// What a build without FAISS has in place of faiss_*.cpp.
#include "core/base/error.h"
#include "core/neighbours/faiss_index.h"
#include "core/neighbours/faiss_kind.h"
#include "core/neighbours/faiss_matching.h"

namespace adrep {
namespace {

[[noreturn]] void throw_no_faiss() {
  throw Error("this build has no FAISS");
}

}  // namespace

bool has_faiss() {
  return false;
}

std::vector<int64_t> match_with_faiss(const at::Tensor&, const at::Tensor&, const at::Tensor&, float, Match, int64_t,
                                      float*, int64_t*) {
  throw_no_faiss();
}

TensorMap FaissIndex::learn(const at::Tensor&, const NeighbourSearchParams&, uint64_t) {
  throw_no_faiss();
}

FaissIndex::FaissIndex(const at::Tensor&, const NeighbourSearchParams&, const TensorMap&, const Progress&) {
  throw_no_faiss();
}

FaissIndex::~FaissIndex() = default;

Neighbours FaissIndex::search(const at::Tensor&, int64_t) const {
  throw_no_faiss();
}

}  // namespace adrep
