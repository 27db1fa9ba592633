#pragma once
#include <string>

#include "core/maps/array.h"

namespace adrep {

/// Reads NumPy's npy format, versions 1.0, 2.0 and 3.0, as plain data: the header is parsed, never evaluated, and
/// nothing is unpickled. Numbers only (float16/32/64, integers of 8 to 64 bits, bool), either byte order, C or Fortran
/// order. The array shares `file`. Throws InputError "WHERE: …": Python objects and structured dtypes are refused by
/// name; lengths, shape and dtype are compared with the size of the file.
Array read_npy(const SharedBytes& file, const std::string& where);

}  // namespace adrep
