#include "core/neighbours/search_params.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/neighbours/faiss_matching.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

NeighbourSearchParams searched_by(const std::string& index) {
  NeighbourSearchParams params;
  params.index = index;
  return params;
}

}  // namespace

TEST_CASE("what follows the bank's size", "[faiss]") {
  NeighbourSearchParams params;
  CHECK(params.lists_of(1) == 1);
  CHECK(params.lists_of(5350) == 137);    // rows / 39
  CHECK(params.lists_of(53'504) == 925);  // 4 sqrt(rows)
  CHECK(params.probes_of(5350) == 35);
  CHECK(params.beam_of(100) == 64);
  CHECK(params.beam_of(53'504) == 231);
  CHECK(params.parts_of(1024) == 128);
  CHECK(params.parts_of(30) == 3);  // of ten values
  CHECK(params.parts_of(7) == 1);
  params.ivf_lists = 50;
  CHECK(params.lists_of(20) == 20);
  params.ivf_probes = 9;
  CHECK(params.probes_of(7) == 7);
}

TEST_CASE("the memory that an index needs beside its bank", "[faiss]") {
  const auto bytes = [](const std::string& index) { return search_bytes(searched_by(index), 10'000, 1024); };
  constexpr int64_t bank = 10'000 * 1024 * 4;
  CHECK(bytes("exact") == bank + bank / 2);  // a copy, or integers of half the size and coordinates, made in parts
  CHECK(bytes("flat") == 2 * bank);
  CHECK(bytes("ivf") > bank);
  CHECK(bytes("hnsw") > bank + 10'000 * 32 * 8);
  CHECK(bytes("pq") < bank / 4);
}

TEST_CASE("settings of a search that cannot be are one clear line", "[needs_faiss]") {
  NeighbourSearchParams params = searched_by("pq");
  params.pq_parts = 3;
  REQUIRE_NOTHROW(require_search(params, 6, "bank."));
  REQUIRE_THROWS_WITH(require_search(params, 7, "bank."), "bank.pq_parts=3: must divide bank.dimension=7");
}

TEST_CASE("exact search needs no FAISS, and a build without it refuses every index", "[without_faiss]") {
  REQUIRE_NOTHROW(require_search(searched_by("exact"), 7, "bank."));
  for (const char* kind : {"flat", "ivf", "hnsw", "pq"})
    REQUIRE_THROWS_WITH(require_search(searched_by(kind), 6, "bank."),
                        Contains(fmt::format("bank.index={}: this build has no FAISS", kind)));
}
