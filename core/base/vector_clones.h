#pragma once

/// ADREP_VECTOR_CLONES void f(…): compiled once for each x86 vector width, the widest the machine has is taken when the
/// program loads. No multiply and add are fused (-ffp-contract=off), so every version gives the same bits.
/// Sanitizers are not ready yet when the loader makes that choice, so their builds have one version.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define ADREP_X86_VECTORS  // functions for one vector width may be chosen while the program runs
#define ADREP_VECTOR_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define ADREP_VECTOR_CLONES
#endif
