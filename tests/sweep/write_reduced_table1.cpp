// Writes the reduced Table 1, with which scripts/check_sweep.sh runs sweeps, and the reduced other tables beside it:
// adrep_reduced_table1 FOLDER
#include <cstdio>
#include <exception>

#include "sweep/reduced_table1.h"
#include "sweep/reduced_tables.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("adrep_reduced_table1 FOLDER\n", stderr);
    return 2;
  }
  try {
    adrep::test::write_reduced_table1(argv[1]);
    adrep::test::write_reduced_tables(argv[1]);
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "adrep_reduced_table1: %s\n", problem.what());
    return 1;
  }
}
