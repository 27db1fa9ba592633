#pragma once
#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace adrep {

struct FreeMemory {
  void operator()(void* memory) const { std::free(memory); }
};

/// An uninitialised array of plain values; large ones ask for huge pages, which make scattered writes much cheaper.
template <class T>
using LargeArray = std::unique_ptr<T[], FreeMemory>;

template <class T>
LargeArray<T> make_large_array(std::size_t count) {
  constexpr std::size_t kHugePage = std::size_t{1} << 21;
  const std::size_t bytes = (count * sizeof(T) + kHugePage - 1) / kHugePage * kHugePage;
  if (count * sizeof(T) < kHugePage) {
    T* small = static_cast<T*>(std::malloc(count * sizeof(T) + 1));
    if (!small) throw std::bad_alloc();
    return LargeArray<T>(small);
  }
  void* memory = std::aligned_alloc(kHugePage, bytes);
  if (!memory) throw std::bad_alloc();
  madvise(memory, bytes, MADV_HUGEPAGE);  // a hint: nothing depends on its success
  return LargeArray<T>(static_cast<T*>(memory));
}

}  // namespace adrep
