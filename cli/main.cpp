#include <fmt/format.h>

#include "core/base/version.h"

int main() { fmt::print("adrep {}\n", adrep::version()); }
