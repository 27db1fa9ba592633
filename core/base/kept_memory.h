#pragma once
#include <cstdint>

namespace adrep {

/// Bytes of freed tensors that a program keeps by default.
constexpr int64_t kept_tensor_bytes = int64_t{384} << 20;

/// From now on the memory of freed CPU tensors of 256 KiB and more is kept, at most so many bytes of it, for the next
/// tensors of about the same size, instead of being given back to the system, which would have to clear it again page
/// by page: a twentieth to a tenth of a training step's time. What is kept makes room for other tensors, so the process
/// does not grow beyond what its tensors held at once. Of smaller ones the C library then keeps up to 64 MiB at the end
/// of its heap. 0 keeps nothing and gives back what is kept. Of the whole process, for the main program to decide.
void keep_tensor_memory(int64_t bytes = kept_tensor_bytes);

/// Gives what is kept back to the system; what tensors hold now counts as the most they have held.
void release_tensor_memory();

/// Bytes that are kept and in no tensor.
int64_t tensor_memory_kept();

}  // namespace adrep
