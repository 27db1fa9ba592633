#pragma once

namespace adrep {

/// Whether MKL was asked, when the library was loaded, to give the same product of the same numbers the same bits
/// wherever they lie in memory (its conditional numerical reproducibility, MKL_CBWR=AUTO). Without that, on some
/// processors (AMD EPYC with LibTorch 2.15) a sum depends on the alignment of its rows: the same image would score
/// differently in the last bits from one process to the next.
bool products_are_repeatable();

}  // namespace adrep
